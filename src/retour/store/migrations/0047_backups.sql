-- When somebody said last that a backup of the house was made; Retour makes none itself.
ALTER TABLE retour.epoch ADD COLUMN backed_up_at timestamptz;
