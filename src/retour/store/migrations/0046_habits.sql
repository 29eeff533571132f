-- How somebody likes to work: which keys do what, and what follows a decision. Theirs alone, in every workspace.
ALTER TABLE retour.person ADD COLUMN habits text NOT NULL DEFAULT '{}';
