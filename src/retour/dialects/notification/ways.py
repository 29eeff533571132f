"""What is said of a parcel that is ready, by the way it goes: a label is not all there is.

At a counter and at a locker a code is shown, which the page of the return has; who comes for a
parcel brings its label; and what goes back to the customer asks nothing of them.  ``[words]`` in
brackets are filled by ``texts.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

OUTBOUND: Final = "outbound"
TESTS: Final = MappingProxyType(
    {
        OUTBOUND: "shipment and shipment.direction == 'outbound'",
        "drop_off": "shipment and shipment.method == 'drop_off'",
        "locker": "shipment and shipment.method == 'locker'",
        "pickup": "shipment and shipment.method == 'pickup'",
    }
)
"""How Liquid asks for each way that has words of its own; any other has the label's."""
BY_CODE: Final = frozenset({"drop_off", "locker"})
"""Ways that ask for the code on the return's page."""
WITHOUT_LABEL: Final = BY_CODE | {"pickup"}
"""Ways on which the customer prints nothing."""

Said = Mapping[str, tuple[str, str]]
CUSTOMERS: Final[Mapping[str, Said]] = MappingProxyType(
    {
        "en": {
            "drop_off": (
                "Your drop-off code for order [order]",
                (
                    "Everything is ready for return [return]. Pack the items below and hand the"
                    " parcel in; the code on your return's page is enough, you print nothing."
                ),
            ),
            "locker": (
                "Your locker code for order [order]",
                (
                    "Everything is ready for return [return]. Pack the items below and put the"
                    " parcel into a locker; the code on your return's page opens it."
                ),
            ),
            "pickup": (
                "Your return of order [order] is picked up",
                (
                    "Everything is ready for return [return]. Pack the items below and keep the"
                    " parcel ready; the driver brings the label."
                ),
            ),
            OUTBOUND: (
                "Items of your return [return] come back to you",
                (
                    "A parcel with items of order [order] that could not be accepted is ready and"
                    " is sent to you. You have nothing to do."
                ),
            ),
        },
        "de": {
            "drop_off": (
                "Ihr Code für die Abgabe zur Bestellung [order]",
                (
                    "Zur Retoure [return] ist alles bereit. Packen Sie die Artikel unten ein und"
                    " geben Sie das Paket ab; der Code auf der Seite Ihrer Retoure genügt, Sie"
                    " drucken nichts."
                ),
            ),
            "locker": (
                "Ihr Code für die Packstation zur Bestellung [order]",
                (
                    "Zur Retoure [return] ist alles bereit. Packen Sie die Artikel unten ein und"
                    " legen Sie das Paket in eine Packstation; der Code auf der Seite Ihrer"
                    " Retoure öffnet sie."
                ),
            ),
            "pickup": (
                "Ihre Retoure zur Bestellung [order] wird abgeholt",
                (
                    "Zur Retoure [return] ist alles bereit. Packen Sie die Artikel unten ein und"
                    " halten Sie das Paket bereit; der Fahrer bringt das Etikett mit."
                ),
            ),
            OUTBOUND: (
                "Artikel Ihrer Retoure [return] kommen zu Ihnen zurück",
                (
                    "Ein Paket mit Artikeln der Bestellung [order], die nicht angenommen werden"
                    " konnten, ist fertig und wird Ihnen zugesandt. Für Sie bleibt nichts zu tun."
                ),
            ),
        },
        "nl": {
            "drop_off": (
                "Je inlevercode voor bestelling [order]",
                (
                    "Alles staat klaar voor retour [return]. Pak de artikelen hieronder in en"
                    " lever het pakket in; de code op de pagina van je retour is genoeg, je hoeft"
                    " niets te printen."
                ),
            ),
            "locker": (
                "Je code voor de pakketkluis voor bestelling [order]",
                (
                    "Alles staat klaar voor retour [return]. Pak de artikelen hieronder in en leg"
                    " het pakket in een kluis; de code op de pagina van je retour opent die."
                ),
            ),
            "pickup": (
                "Je retour van bestelling [order] wordt opgehaald",
                (
                    "Alles staat klaar voor retour [return]. Pak de artikelen hieronder in en zet"
                    " het pakket klaar; de chauffeur brengt het label mee."
                ),
            ),
            OUTBOUND: (
                "Artikelen van je retour [return] komen naar je terug",
                (
                    "Een pakket met artikelen van bestelling [order] die niet geaccepteerd konden"
                    " worden, is klaar en wordt naar je verstuurd. Je hoeft niets te doen."
                ),
            ),
        },
        "fr": {
            "drop_off": (
                "Votre code de dépôt pour la commande [order]",
                (
                    "Tout est prêt pour le retour [return]. Emballez les articles ci-dessous et"
                    " déposez le colis ; le code sur la page de votre retour suffit, vous"
                    " n'imprimez rien."
                ),
            ),
            "locker": (
                "Votre code de consigne pour la commande [order]",
                (
                    "Tout est prêt pour le retour [return]. Emballez les articles ci-dessous et"
                    " mettez le colis en consigne ; le code sur la page de votre retour l'ouvre."
                ),
            ),
            "pickup": (
                "On vient chercher votre retour de la commande [order]",
                (
                    "Tout est prêt pour le retour [return]. Emballez les articles ci-dessous et"
                    " tenez le colis prêt ; le chauffeur apporte l'étiquette."
                ),
            ),
            OUTBOUND: (
                "Des articles de votre retour [return] vous sont renvoyés",
                (
                    "Un colis avec des articles de la commande [order] qui n'ont pas pu être"
                    " acceptés est prêt et vous est envoyé. Vous n'avez rien à faire."
                ),
            ),
        },
        "es": {
            "drop_off": (
                "Su código de entrega para el pedido [order]",
                (
                    "Todo está listo para la devolución [return]. Empaque los artículos de abajo y"
                    " entregue el paquete; basta el código de la página de su devolución, no tiene"
                    " que imprimir nada."
                ),
            ),
            "locker": (
                "Su código de taquilla para el pedido [order]",
                (
                    "Todo está listo para la devolución [return]. Empaque los artículos de abajo y"
                    " deje el paquete en una taquilla; la abre el código de la página de su"
                    " devolución."
                ),
            ),
            "pickup": (
                "Vienen a recoger su devolución del pedido [order]",
                (
                    "Todo está listo para la devolución [return]. Empaque los artículos de abajo y"
                    " tenga listo el paquete; el conductor trae la etiqueta."
                ),
            ),
            OUTBOUND: (
                "Artículos de su devolución [return] vuelven a usted",
                (
                    "Un paquete con artículos del pedido [order] que no pudieron aceptarse está"
                    " listo y se le envía. No tiene que hacer nada."
                ),
            ),
        },
        "it": {
            "drop_off": (
                "Il tuo codice di consegna per l'ordine [order]",
                (
                    "È tutto pronto per il reso [return]. Imballa gli articoli elencati sotto e"
                    " consegna il pacco; basta il codice sulla pagina del tuo reso, non devi"
                    " stampare nulla."
                ),
            ),
            "locker": (
                "Il tuo codice per l'armadietto, ordine [order]",
                (
                    "È tutto pronto per il reso [return]. Imballa gli articoli elencati sotto e"
                    " metti il pacco in un armadietto; lo apre il codice sulla pagina del tuo"
                    " reso."
                ),
            ),
            "pickup": (
                "Il tuo reso dell'ordine [order] viene ritirato",
                (
                    "È tutto pronto per il reso [return]. Imballa gli articoli elencati sotto e"
                    " tieni pronto il pacco; l'autista porta l'etichetta."
                ),
            ),
            OUTBOUND: (
                "Alcuni articoli del tuo reso [return] tornano da te",
                (
                    "Un pacco con articoli dell'ordine [order] che non è stato possibile accettare"
                    " è pronto e ti viene spedito. Non devi fare nulla."
                ),
            ),
        },
        "pl": {
            "drop_off": (
                "Twój kod nadania do zamówienia [order]",
                (
                    "Wszystko jest gotowe do zwrotu [return]. Spakuj artykuły wymienione poniżej i"
                    " oddaj paczkę; wystarczy kod ze strony Twojego zwrotu, niczego nie drukujesz."
                ),
            ),
            "locker": (
                "Twój kod do automatu paczkowego, zamówienie [order]",
                (
                    "Wszystko jest gotowe do zwrotu [return]. Spakuj artykuły wymienione poniżej i"
                    " włóż paczkę do automatu; otworzy go kod ze strony Twojego zwrotu."
                ),
            ),
            "pickup": (
                "Kurier odbierze Twój zwrot zamówienia [order]",
                (
                    "Wszystko jest gotowe do zwrotu [return]. Spakuj artykuły wymienione poniżej i"
                    " przygotuj paczkę; kurier przywiezie etykietę."
                ),
            ),
            OUTBOUND: (
                "Artykuły z Twojego zwrotu [return] wracają do Ciebie",
                (
                    "Paczka z artykułami z zamówienia [order], których nie mogliśmy przyjąć, jest"
                    " gotowa i zostanie do Ciebie wysłana. Nie musisz nic robić."
                ),
            ),
        },
    }
)
"""What customers are told, by language and way: subject and opening."""

STAFF: Final[Mapping[str, Said]] = MappingProxyType(
    {
        "en": {
            OUTBOUND: (
                "Label created for sending goods of return [return] back",
                (
                    "The carrier has made the label for items of order [order] that go back to"
                    " [who]. Put it on the parcel and hand the parcel over."
                ),
            )
        },
        "de": {
            OUTBOUND: (
                "Etikett zur Rücksendung aus Retoure [return] erstellt",
                (
                    "Der Zusteller hat das Etikett für Artikel der Bestellung [order] erstellt,"
                    " die an [who] zurückgehen. Kleben Sie es auf das Paket und geben Sie es ab."
                ),
            )
        },
        "nl": {
            OUTBOUND: (
                "Label gemaakt om artikelen van retour [return] terug te sturen",
                (
                    "De vervoerder heeft het label gemaakt voor artikelen van bestelling [order]"
                    " die teruggaan naar [who]. Plak het op het pakket en geef het pakket af."
                ),
            )
        },
    }
)
"""What those who work on returns are told where it differs, in the same way."""
