"""What proves us elsewhere: sealed for one account of one workspace, opened only to be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.secrets import CannotOpen

if TYPE_CHECKING:
    from retour.desk.house import House


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs of one kind of account; those of another kind, workspace or code do not open."""

    kind: str

    def seal(self, house: House, workspace_id: int, code: str, proof: bytes) -> bytes:
        """Seal what proves us at an account; the result differs each time."""
        return house.vault.seal(f"{self.kind}/{workspace_id}/{code}", proof)

    def open(self, house: House, workspace_id: int, code: str, sealed: bytes) -> bytes:
        """Open what was sealed for the same account.

        Raises:
            InvalidRequest: The master key is not the one it was sealed with.
        """
        try:
            return house.vault.open(f"{self.kind}/{workspace_id}/{code}", sealed)
        except CannotOpen as error:
            fault = FieldError(pointer="/api_key", code="required", detail=str(error))
            raise InvalidRequest(fault) from error
