"""What is said of goods that are to come, by the way they come: not all are sent.

Some are brought along, some are fetched, some are there already and some stay where they are.
By word and way: a subject, empty where the usual one fits, and the opening.  ``[words]`` in
brackets are filled by ``texts.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from retour.dialects.notification.ways import Said

ByWay = Mapping[str, Said]
CUSTOMERS_COMING: Final[Mapping[str, ByWay]] = MappingProxyType(
    {
        "en": {
            "return_authorized": {
                "drop_off": (
                    "",
                    (
                        "Your return of order [order] is approved. Please pack the items below and"
                        " hand them in; you show a code and need no label."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Your return of order [order] is approved. Please pack the items below and"
                        " put the parcel into a locker; a code opens it."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Your return of order [order] is approved. Please pack the items below and"
                        " keep the parcel ready; somebody comes for it."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Your return of order [order] is approved. Please send the items below with"
                        " a carrier you like."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Your return of order [order] is approved. Please bring the items below to"
                        " us; you need no label."
                    ),
                ),
                "kept": (
                    "",
                    (
                        "Your return of order [order] is approved. You keep the items below;"
                        " nothing has to come back."
                    ),
                ),
                "here": (
                    "",
                    (
                        "Your return of order [order] is approved. The items below are with us"
                        " already; you have nothing to do."
                    ),
                ),
            },
            "return_reminder": {
                "pickup": (
                    "",
                    (
                        "We have not received your items yet. Please keep the parcel of return"
                        " [return] ready; somebody comes for it. Your items are below."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "We have not received your items yet. Please bring the items of return"
                        " [return] to us; they are listed below."
                    ),
                ),
            },
            "return_expiring": {
                "drop_off": (
                    "",
                    (
                        "Only a few days are left to hand in the items of order [order]. After that"
                        " the return and its code are no longer valid."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Only a few days are left to put the items of order [order] into a locker."
                        " After that the return and its code are no longer valid."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Only a few days are left to have the items of order [order] picked up."
                        " After that the return is no longer valid."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Only a few days are left to send the items of order [order]. After that"
                        " the return is no longer valid."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Only a few days are left to bring the items of order [order] to us. After"
                        " that the return is no longer valid."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "You keep the items of your return [return]",
                    (
                        "The items of order [order] listed below stay with you; nothing has to come"
                        " back. What is due to you follows."
                    ),
                ),
            },
        },
        "de": {
            "return_authorized": {
                "drop_off": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Bitte packen Sie die"
                        " unten stehenden Artikel ein und geben Sie sie ab; Sie zeigen einen Code"
                        " und brauchen kein Etikett."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Bitte packen Sie die"
                        " unten stehenden Artikel ein und legen Sie das Paket in eine Packstation;"
                        " ein Code öffnet sie."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Bitte packen Sie die"
                        " unten stehenden Artikel ein und halten Sie das Paket bereit; es wird"
                        " abgeholt."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Bitte senden Sie die"
                        " unten stehenden Artikel mit einem Paketdienst Ihrer Wahl ein."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Bitte bringen Sie uns"
                        " die unten stehenden Artikel; ein Etikett brauchen Sie nicht."
                    ),
                ),
                "kept": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Sie behalten die unten"
                        " stehenden Artikel; nichts muss zurückkommen."
                    ),
                ),
                "here": (
                    "",
                    (
                        "Die Retoure zur Bestellung [order] ist genehmigt. Die unten stehenden"
                        " Artikel sind schon bei uns; für Sie bleibt nichts zu tun."
                    ),
                ),
            },
            "return_reminder": {
                "pickup": (
                    "",
                    (
                        "Ihre Artikel sind noch nicht bei uns. Bitte halten Sie das Paket zur"
                        " Retoure [return] bereit; es wird abgeholt. Die Artikel stehen unten."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Ihre Artikel sind noch nicht bei uns. Bitte bringen Sie uns die Artikel"
                        " der Retoure [return]; sie stehen unten."
                    ),
                ),
            },
            "return_expiring": {
                "drop_off": (
                    "",
                    (
                        "Es bleiben nur noch wenige Tage, um die Artikel der Bestellung [order]"
                        " abzugeben. Danach gelten Retoure und Code nicht mehr."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Es bleiben nur noch wenige Tage, um die Artikel der Bestellung [order] in"
                        " eine Packstation zu legen. Danach gelten Retoure und Code nicht mehr."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Es bleiben nur noch wenige Tage, um die Artikel der Bestellung [order]"
                        " abholen zu lassen. Danach gilt die Retoure nicht mehr."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Es bleiben nur noch wenige Tage, um die Artikel der Bestellung [order]"
                        " einzusenden. Danach gilt die Retoure nicht mehr."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Es bleiben nur noch wenige Tage, um uns die Artikel der Bestellung [order]"
                        " zu bringen. Danach gilt die Retoure nicht mehr."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "Sie behalten die Artikel Ihrer Retoure [return]",
                    (
                        "Die unten stehenden Artikel der Bestellung [order] bleiben bei Ihnen;"
                        " nichts muss zurückkommen. Was Ihnen zusteht, folgt."
                    ),
                ),
            },
        },
        "nl": {
            "return_authorized": {
                "drop_off": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Pak de onderstaande"
                        " artikelen in en lever ze in; je laat een code zien en hebt geen label"
                        " nodig."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Pak de onderstaande"
                        " artikelen in en leg het pakket in een kluis; een code opent die."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Pak de onderstaande"
                        " artikelen in en zet het pakket klaar; het wordt opgehaald."
                    ),
                ),
                "own": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Stuur de onderstaande"
                        " artikelen op met een vervoerder naar keuze."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Breng de onderstaande"
                        " artikelen naar ons toe; een label heb je niet nodig."
                    ),
                ),
                "kept": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. Je houdt de onderstaande"
                        " artikelen; er hoeft niets terug te komen."
                    ),
                ),
                "here": (
                    "",
                    (
                        "De retour van bestelling [order] is goedgekeurd. De onderstaande artikelen"
                        " zijn al bij ons; je hoeft niets te doen."
                    ),
                ),
            },
            "return_reminder": {
                "pickup": (
                    "",
                    (
                        "We hebben je artikelen nog niet ontvangen. Zet het pakket van retour"
                        " [return] klaar; het wordt opgehaald. Je artikelen staan hieronder."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "We hebben je artikelen nog niet ontvangen. Breng de artikelen van retour"
                        " [return] naar ons toe; ze staan hieronder."
                    ),
                ),
            },
            "return_expiring": {
                "drop_off": (
                    "",
                    (
                        "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] in te"
                        " leveren. Daarna zijn de retour en de code niet meer geldig."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] in"
                        " een kluis te leggen. Daarna zijn de retour en de code niet meer geldig."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] te"
                        " laten ophalen. Daarna is de retour niet meer geldig."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] op te"
                        " sturen. Daarna is de retour niet meer geldig."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Je hebt nog maar enkele dagen om de artikelen van bestelling [order] naar"
                        " ons toe te brengen. Daarna is de retour niet meer geldig."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "Je houdt de artikelen van je retour [return]",
                    (
                        "De onderstaande artikelen van bestelling [order] blijven bij jou; er hoeft"
                        " niets terug te komen. Waar je recht op hebt, volgt."
                    ),
                ),
            },
        },
        "fr": {
            "return_authorized": {
                "drop_off": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Veuillez emballer les"
                        " articles ci-dessous et les déposer ; vous montrez un code, sans"
                        " étiquette."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Veuillez emballer les"
                        " articles ci-dessous et mettre le colis en consigne ; un code l'ouvre."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Veuillez emballer les"
                        " articles ci-dessous et tenir le colis prêt ; on vient le chercher."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Veuillez envoyer les"
                        " articles ci-dessous par le transporteur de votre choix."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Veuillez nous apporter les"
                        " articles ci-dessous ; aucune étiquette n'est nécessaire."
                    ),
                ),
                "kept": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Vous gardez les articles"
                        " ci-dessous ; rien ne doit revenir."
                    ),
                ),
                "here": (
                    "",
                    (
                        "Le retour de la commande [order] est accepté. Les articles ci-dessous sont"
                        " déjà chez nous ; vous n'avez rien à faire."
                    ),
                ),
            },
            "return_reminder": {
                "pickup": (
                    "",
                    (
                        "Nous n'avons pas encore reçu vos articles. Veuillez tenir prêt le colis du"
                        " retour [return] ; on vient le chercher. Vos articles sont indiqués"
                        " ci-dessous."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Nous n'avons pas encore reçu vos articles. Veuillez nous apporter ceux du"
                        " retour [return] ; ils sont indiqués ci-dessous."
                    ),
                ),
            },
            "return_expiring": {
                "drop_off": (
                    "",
                    (
                        "Il ne reste que quelques jours pour déposer les articles de la commande"
                        " [order]. Ensuite, le retour et son code ne seront plus valables."
                    ),
                ),
                "locker": (
                    "",
                    (
                        "Il ne reste que quelques jours pour mettre en consigne les articles de la"
                        " commande [order]. Ensuite, le retour et son code ne seront plus valables."
                    ),
                ),
                "pickup": (
                    "",
                    (
                        "Il ne reste que quelques jours pour faire enlever les articles de la"
                        " commande [order]. Ensuite, le retour ne sera plus valable."
                    ),
                ),
                "own": (
                    "",
                    (
                        "Il ne reste que quelques jours pour envoyer les articles de la commande"
                        " [order]. Ensuite, le retour ne sera plus valable."
                    ),
                ),
                "virtual": (
                    "",
                    (
                        "Il ne reste que quelques jours pour nous apporter les articles de la"
                        " commande [order]. Ensuite, le retour ne sera plus valable."
                    ),
                ),
            },
            "return_processed": {
                "kept": (
                    "Vous gardez les articles de votre retour [return]",
                    (
                        "Les articles de la commande [order] indiqués ci-dessous restent chez vous"
                        " ; rien ne doit revenir. Ce qui vous est dû suit."
                    ),
                ),
            },
        },
    }
)
"""What customers are told, in four of our languages; ``coming_words_more`` has the others."""
