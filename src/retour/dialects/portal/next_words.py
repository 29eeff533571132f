"""What comes next for a return, as the facts have it: one sentence, in each language.

A status alone does not say it: approved goods wait for a label, a driver, a code or somebody's own
carrier, and checked goods for money, for other goods, or for a word of the shopper's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from retour.dialects.portal.languages import FOLLOWING, TRACKING

_BY_CARRIER: Final = frozenset({"drop_off", "locker", "pickup", "virtual"})
"""Ways that need nothing of the shopper before the parcel is handed over."""
_KNOWN: Final = frozenset({"label_created", "in_transit", "delivered"})


def next_said(name: str, language: str) -> str:
    """Give the sentence that ``next_of`` names."""
    if name == "expired":
        return TRACKING[language].expired
    return NEXTS[language].get(name) or FOLLOWING[language].nexts[name]


def next_of(ret: Mapping[str, Any], *, is_beside: bool = False) -> str:
    """Name the sentence that fits a return as its shopper sees it (``shopper_view``).

    Args:
        is_beside: Whether it goes in one parcel with another return.
    """
    match ret["status"]:
        case "requested" if any(line["photos_missing"] for line in ret["lines"]):
            return "photos"
        case "authorized":
            return _sending(ret, is_beside=is_beside)
        case "processed":
            return _checked(ret)
        case "canceled" if ret["cancel_reason"] == "expired":
            return "expired"
        case status:
            return str(status)


def _sending(ret: Mapping[str, Any], *, is_beside: bool) -> str:
    theirs = [one for one in ret["parcels"] if one["direction"] == "inbound"]
    if ret["method"] in _BY_CARRIER:
        return str(ret["method"])
    if any(one["status"] in _KNOWN and one["method"] != "own" for one in theirs):
        return "authorized"
    if any(one["status"] == "requested" for one in theirs):
        return "label_coming"
    if is_beside and not theirs:
        return "together"
    if ret["method"] == "own":
        return "own"
    is_given = "create_label" in ret["allowed"] and ret["labels_left"]
    if is_given and (ret["method"] == "label" or not theirs):
        return "label_wanted"
    return "label_later" if ret["method"] == "label" or theirs else "own"


def _checked(ret: Mapping[str, Any]) -> str:
    if ret["rejected"] and "resolve_rejected" in ret["allowed"]:
        return "choose"
    if not any(line["accepted"] for line in ret["lines"]):
        return "nothing_due"
    if not any(one["step"] == "receipt" and one["done_at"] for one in ret["steps"]):
        return "kept"
    return str(ret["outcome"]) if ret["outcome"] in {"exchange", "repair"} else "processed"


NEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "photos": "The shop needs photos before it can decide. Add them below.",
            "label_wanted": "Pack the items, get the label below and hand the parcel in.",
            "label_coming": "Pack the items. Your label is being made.",
            "label_later": "Pack the items. The shop sends you the label.",
            "together": "Pack the items into one parcel with those of the other return.",
            "own": "Pack the items and send them to the shop with a carrier you like.",
            "drop_off": "Pack the items and hand them in; the code is enough, no label is needed.",
            "locker": "Pack the items and put the parcel into a locker; the code opens it.",
            "pickup": "Pack the items and keep the parcel ready. Somebody comes for it.",
            "virtual": "Pack the items and bring them to the shop. No label is needed.",
            "choose": "Your items are checked. Choose below what becomes of those not accepted.",
            "nothing_due": "Your items are checked and could not be accepted. See why below.",
            "kept": "You keep the items; what is due to you is paid next.",
            "exchange": "Your items are checked; what you wished for instead is seen to next.",
            "repair": "Your items are checked; they are repaired next.",
        },
        "de": {
            "photos": "Der Shop braucht Fotos, um zu entscheiden. Fügen Sie sie unten hinzu.",
            "label_wanted": (
                "Packen Sie die Artikel ein, holen Sie unten das Etikett und geben Sie das Paket"
                " auf."
            ),
            "label_coming": "Packen Sie die Artikel ein. Ihr Etikett wird gerade erstellt.",
            "label_later": "Packen Sie die Artikel ein. Der Shop sendet Ihnen das Etikett.",
            "together": (
                "Packen Sie die Artikel mit denen der anderen Rückgabe in ein gemeinsames Paket."
            ),
            "own": (
                "Packen Sie die Artikel ein und senden Sie sie mit einem Paketdienst Ihrer Wahl an"
                " den Shop."
            ),
            "drop_off": (
                "Packen Sie die Artikel ein und geben Sie sie ab; der Code genügt, ein Etikett"
                " brauchen Sie nicht."
            ),
            "locker": (
                "Packen Sie die Artikel ein und legen Sie das Paket in eine Packstation; der Code"
                " öffnet sie."
            ),
            "pickup": (
                "Packen Sie die Artikel ein und halten Sie das Paket bereit. Es wird abgeholt."
            ),
            "virtual": (
                "Packen Sie die Artikel ein und bringen Sie sie zum Shop. Ein Etikett brauchen Sie"
                " nicht."
            ),
            "choose": (
                "Ihre Artikel sind geprüft. Wählen Sie unten, was aus den nicht angenommenen wird."
            ),
            "nothing_due": (
                "Ihre Artikel sind geprüft und konnten nicht angenommen werden. Unten steht, warum."
            ),
            "kept": "Sie behalten die Artikel; als Nächstes wird bezahlt, was Ihnen zusteht.",
            "exchange": (
                "Ihre Artikel sind geprüft; als Nächstes kommt, was Sie stattdessen möchten."
            ),
            "repair": "Ihre Artikel sind geprüft; als Nächstes werden sie repariert.",
        },
        "nl": {
            "photos": "De winkel heeft foto's nodig om te beslissen. Voeg ze hieronder toe.",
            "label_wanted": "Pak de artikelen in, haal hieronder het label en lever het pakket in.",
            "label_coming": "Pak de artikelen in. Uw label wordt gemaakt.",
            "label_later": "Pak de artikelen in. De winkel stuurt u het label.",
            "together": "Pak de artikelen samen met die van de andere retour in één pakket.",
            "own": (
                "Pak de artikelen in en stuur ze met een vervoerder naar keuze naar de winkel."
            ),
            "drop_off": (
                "Pak de artikelen in en lever ze in; de code is genoeg, een label is niet nodig."
            ),
            "locker": ("Pak de artikelen in en leg het pakket in een kluis; de code opent die."),
            "pickup": "Pak de artikelen in en zet het pakket klaar. Het wordt opgehaald.",
            "virtual": ("Pak de artikelen in en breng ze naar de winkel. Een label is niet nodig."),
            "choose": (
                "Uw artikelen zijn gecontroleerd. Kies hieronder wat er gebeurt met wat niet"
                " aanvaard is."
            ),
            "nothing_due": (
                "Uw artikelen zijn gecontroleerd en konden niet worden aanvaard. Hieronder staat"
                " waarom."
            ),
            "kept": "U houdt de artikelen; nu wordt betaald wat u toekomt.",
            "exchange": (
                "Uw artikelen zijn gecontroleerd; nu volgt wat u ervoor in de plaats wilt."
            ),
            "repair": "Uw artikelen zijn gecontroleerd; nu worden ze gerepareerd.",
        },
        "fr": {
            "photos": "La boutique a besoin de photos pour décider. Ajoutez-les ci-dessous.",
            "label_wanted": (
                "Emballez les articles, demandez l'étiquette ci-dessous et déposez le colis."
            ),
            "label_coming": "Emballez les articles. Votre étiquette est en préparation.",
            "label_later": "Emballez les articles. La boutique vous envoie l'étiquette.",
            "together": "Emballez les articles avec ceux de l'autre retour, dans un seul colis.",
            "own": (
                "Emballez les articles et envoyez-les à la boutique par le transporteur de votre"
                " choix."
            ),
            "drop_off": (
                "Emballez les articles et déposez-les ; le code suffit, aucune étiquette n'est"
                " nécessaire."
            ),
            "locker": "Emballez les articles et mettez le colis en consigne ; le code l'ouvre.",
            "pickup": "Emballez les articles et tenez le colis prêt. On vient le chercher.",
            "virtual": (
                "Emballez les articles et apportez-les à la boutique. Aucune étiquette n'est"
                " nécessaire."
            ),
            "choose": (
                "Vos articles sont contrôlés. Choisissez ci-dessous ce que deviennent ceux qui"
                " n'ont pas été acceptés."
            ),
            "nothing_due": (
                "Vos articles sont contrôlés et n'ont pas pu être acceptés. La raison est"
                " ci-dessous."
            ),
            "kept": "Vous gardez les articles ; ce qui vous est dû est payé ensuite.",
            "exchange": (
                "Vos articles sont contrôlés ; ce que vous souhaitez à la place vient ensuite."
            ),
            "repair": "Vos articles sont contrôlés ; ils sont réparés ensuite.",
        },
        "pl": {
            "photos": "Sklep potrzebuje zdjęć, aby zdecydować. Dodaj je poniżej.",
            "label_wanted": "Spakuj towary, pobierz poniżej etykietę i nadaj paczkę.",
            "label_coming": "Spakuj towary. Etykieta jest przygotowywana.",
            "label_later": "Spakuj towary. Sklep przyśle Ci etykietę.",
            "together": "Spakuj towary do jednej paczki z towarami drugiego zwrotu.",
            "own": "Spakuj towary i wyślij je do sklepu dowolnym przewoźnikiem.",
            "drop_off": "Spakuj towary i oddaj je w punkcie; wystarczy kod, bez etykiety.",
            "locker": "Spakuj towary i włóż paczkę do automatu; otworzy go kod.",
            "pickup": "Spakuj towary i przygotuj paczkę. Ktoś po nią przyjedzie.",
            "virtual": "Spakuj towary i przynieś je do sklepu. Etykieta nie jest potrzebna.",
            "choose": ("Towary są sprawdzone. Wybierz poniżej, co ma się stać z nieprzyjętymi."),
            "nothing_due": (
                "Towary są sprawdzone i nie mogły zostać przyjęte. Powód jest poniżej."
            ),
            "kept": "Zatrzymujesz towary; teraz zostanie wypłacone, co Ci się należy.",
            "exchange": "Towary są sprawdzone; teraz kolej na to, co wybrano w zamian.",
            "repair": "Towary są sprawdzone; teraz zostaną naprawione.",
        },
        "es": {
            "photos": "La tienda necesita fotos para decidir. Añádalas abajo.",
            "label_wanted": "Empaque los artículos, pida abajo la etiqueta y entregue el paquete.",
            "label_coming": "Empaque los artículos. Su etiqueta se está preparando.",
            "label_later": "Empaque los artículos. La tienda le envía la etiqueta.",
            "together": "Empaque los artículos con los de la otra devolución, en un solo paquete.",
            "own": (
                "Empaque los artículos y envíelos a la tienda con el transportista que prefiera."
            ),
            "drop_off": (
                "Empaque los artículos y entréguelos; basta el código, no hace falta etiqueta."
            ),
            "locker": (
                "Empaque los artículos y deje el paquete en una taquilla; el código la abre."
            ),
            "pickup": "Empaque los artículos y tenga listo el paquete. Vienen a recogerlo.",
            "virtual": ("Empaque los artículos y llévelos a la tienda. No hace falta etiqueta."),
            "choose": (
                "Sus artículos están revisados. Elija abajo qué hacer con los no aceptados."
            ),
            "nothing_due": (
                "Sus artículos están revisados y no pudieron aceptarse. Abajo está el motivo."
            ),
            "kept": "Usted se queda con los artículos; ahora se paga lo que le corresponde.",
            "exchange": ("Sus artículos están revisados; ahora sigue lo que desea en su lugar."),
            "repair": "Sus artículos están revisados; ahora se reparan.",
        },
        "it": {
            "photos": "Il negozio ha bisogno di foto per decidere. Le aggiunga qui sotto.",
            "label_wanted": (
                "Imballi gli articoli, richieda qui sotto l'etichetta e consegni il pacco."
            ),
            "label_coming": "Imballi gli articoli. La Sua etichetta è in preparazione.",
            "label_later": "Imballi gli articoli. Il negozio Le invia l'etichetta.",
            "together": "Imballi gli articoli con quelli dell'altro reso, in un solo pacco.",
            "own": "Imballi gli articoli e li spedisca al negozio con un corriere a scelta.",
            "drop_off": (
                "Imballi gli articoli e li consegni; basta il codice, non serve un'etichetta."
            ),
            "locker": (
                "Imballi gli articoli e metta il pacco in un armadietto; il codice lo apre."
            ),
            "pickup": "Imballi gli articoli e tenga pronto il pacco. Qualcuno lo ritira.",
            "virtual": ("Imballi gli articoli e li porti al negozio. Non serve un'etichetta."),
            "choose": (
                "I Suoi articoli sono controllati. Scelga qui sotto che cosa fare di quelli non"
                " accettati."
            ),
            "nothing_due": (
                "I Suoi articoli sono controllati e non è stato possibile accettarli. Il motivo è"
                " qui sotto."
            ),
            "kept": "Lei tiene gli articoli; ora viene pagato quanto Le spetta.",
            "exchange": (
                "I Suoi articoli sono controllati; ora tocca a ciò che desidera al loro posto."
            ),
            "repair": "I Suoi articoli sono controllati; ora vengono riparati.",
        },
    }
)
"""By language and by the name that ``next_of`` gives; statuses have their own words."""
