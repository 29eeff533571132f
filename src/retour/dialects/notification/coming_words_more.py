"""What is said of goods that are to come, continued: Spanish, Italian and Polish."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from retour.dialects.notification.coming_words import ByWay

SPANISH_COMING: Final[ByWay] = MappingProxyType(
    {
        "return_authorized": {
            "drop_off": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Empaque los artículos"
                    " indicados abajo y entréguelos; muestra un código y no necesita etiqueta."
                ),
            ),
            "locker": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Empaque los artículos"
                    " indicados abajo y deje el paquete en una taquilla; un código la abre."
                ),
            ),
            "pickup": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Empaque los artículos"
                    " indicados abajo y tenga listo el paquete; vienen a recogerlo."
                ),
            ),
            "own": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Envíe los artículos indicados"
                    " abajo con el transportista que prefiera."
                ),
            ),
            "virtual": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Tráiganos los artículos"
                    " indicados abajo; no necesita etiqueta."
                ),
            ),
            "kept": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Usted se queda con los"
                    " artículos indicados abajo; no hay que devolver nada."
                ),
            ),
            "here": (
                "",
                (
                    "La devolución del pedido [order] está aprobada. Ya tenemos los artículos"
                    " indicados abajo; no tiene que hacer nada."
                ),
            ),
        },
        "return_reminder": {
            "pickup": (
                "",
                (
                    "Aún no hemos recibido sus artículos. Tenga listo el paquete de la devolución"
                    " [return]; vienen a recogerlo. Sus artículos figuran abajo."
                ),
            ),
            "virtual": (
                "",
                (
                    "Aún no hemos recibido sus artículos. Tráiganos los de la devolución [return];"
                    " figuran abajo."
                ),
            ),
        },
        "return_expiring": {
            "drop_off": (
                "",
                (
                    "Quedan pocos días para entregar los artículos del pedido [order]. Después, la"
                    " devolución y su código dejarán de ser válidos."
                ),
            ),
            "locker": (
                "",
                (
                    "Quedan pocos días para dejar en una taquilla los artículos del pedido [order]."
                    " Después, la devolución y su código dejarán de ser válidos."
                ),
            ),
            "pickup": (
                "",
                (
                    "Quedan pocos días para que recojan los artículos del pedido [order]. Después,"
                    " la devolución dejará de ser válida."
                ),
            ),
            "own": (
                "",
                (
                    "Quedan pocos días para enviar los artículos del pedido [order]. Después, la"
                    " devolución dejará de ser válida."
                ),
            ),
            "virtual": (
                "",
                (
                    "Quedan pocos días para traernos los artículos del pedido [order]. Después, la"
                    " devolución dejará de ser válida."
                ),
            ),
        },
        "return_processed": {
            "kept": (
                "Usted se queda con los artículos de su devolución [return]",
                (
                    "Los artículos del pedido [order] indicados abajo se quedan con usted; no hay"
                    " que devolver nada. A continuación recibirá lo que le corresponde."
                ),
            ),
        },
    }
)
ITALIAN_COMING: Final[ByWay] = MappingProxyType(
    {
        "return_authorized": {
            "drop_off": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Imballa gli articoli elencati sotto e"
                    " consegnali; mostri un codice e non ti serve un'etichetta."
                ),
            ),
            "locker": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Imballa gli articoli elencati sotto e"
                    " metti il pacco in un armadietto; lo apre un codice."
                ),
            ),
            "pickup": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Imballa gli articoli elencati sotto e"
                    " tieni pronto il pacco; qualcuno viene a ritirarlo."
                ),
            ),
            "own": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Spedisci gli articoli elencati sotto"
                    " con un corriere a tua scelta."
                ),
            ),
            "virtual": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Portaci gli articoli elencati sotto;"
                    " non ti serve un'etichetta."
                ),
            ),
            "kept": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Tieni gli articoli elencati sotto;"
                    " non deve tornare nulla."
                ),
            ),
            "here": (
                "",
                (
                    "Il reso dell'ordine [order] è approvato. Gli articoli elencati sotto sono già"
                    " da noi; non devi fare nulla."
                ),
            ),
        },
        "return_reminder": {
            "pickup": (
                "",
                (
                    "Non abbiamo ancora ricevuto i tuoi articoli. Tieni pronto il pacco del reso"
                    " [return]; qualcuno viene a ritirarlo. Gli articoli sono elencati sotto."
                ),
            ),
            "virtual": (
                "",
                (
                    "Non abbiamo ancora ricevuto i tuoi articoli. Portaci quelli del reso [return];"
                    " sono elencati sotto."
                ),
            ),
        },
        "return_expiring": {
            "drop_off": (
                "",
                (
                    "Restano pochi giorni per consegnare gli articoli dell'ordine [order]. Dopo, il"
                    " reso e il suo codice non saranno più validi."
                ),
            ),
            "locker": (
                "",
                (
                    "Restano pochi giorni per mettere in un armadietto gli articoli dell'ordine"
                    " [order]. Dopo, il reso e il suo codice non saranno più validi."
                ),
            ),
            "pickup": (
                "",
                (
                    "Restano pochi giorni per far ritirare gli articoli dell'ordine [order]. Dopo,"
                    " il reso non sarà più valido."
                ),
            ),
            "own": (
                "",
                (
                    "Restano pochi giorni per spedire gli articoli dell'ordine [order]. Dopo, il"
                    " reso non sarà più valido."
                ),
            ),
            "virtual": (
                "",
                (
                    "Restano pochi giorni per portarci gli articoli dell'ordine [order]. Dopo, il"
                    " reso non sarà più valido."
                ),
            ),
        },
        "return_processed": {
            "kept": (
                "Gli articoli del tuo reso [return] restano a te",
                (
                    "Gli articoli dell'ordine [order] elencati sotto restano a te; non deve tornare"
                    " nulla. Segue quanto ti spetta."
                ),
            ),
        },
    }
)
POLISH_COMING: Final[ByWay] = MappingProxyType(
    {
        "return_authorized": {
            "drop_off": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Spakuj artykuły wymienione"
                    " poniżej i oddaj je w punkcie; wystarczy kod, etykieta nie jest potrzebna."
                ),
            ),
            "locker": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Spakuj artykuły wymienione"
                    " poniżej i włóż paczkę do automatu; otworzy go kod."
                ),
            ),
            "pickup": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Spakuj artykuły wymienione"
                    " poniżej i przygotuj paczkę; ktoś po nią przyjedzie."
                ),
            ),
            "own": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Wyślij artykuły wymienione"
                    " poniżej dowolnym przewoźnikiem."
                ),
            ),
            "virtual": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Przynieś do nas artykuły"
                    " wymienione poniżej; etykieta nie jest potrzebna."
                ),
            ),
            "kept": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Zatrzymujesz artykuły wymienione"
                    " poniżej; nic nie musi do nas wracać."
                ),
            ),
            "here": (
                "",
                (
                    "Zwrot zamówienia [order] został zatwierdzony. Artykuły wymienione poniżej są"
                    " już u nas; nie musisz nic robić."
                ),
            ),
        },
        "return_reminder": {
            "pickup": (
                "",
                (
                    "Nie otrzymaliśmy jeszcze Twoich artykułów. Przygotuj paczkę do zwrotu"
                    " [return]; ktoś po nią przyjedzie. Artykuły wymieniono poniżej."
                ),
            ),
            "virtual": (
                "",
                (
                    "Nie otrzymaliśmy jeszcze Twoich artykułów. Przynieś do nas artykuły ze zwrotu"
                    " [return]; wymieniono je poniżej."
                ),
            ),
        },
        "return_expiring": {
            "drop_off": (
                "",
                (
                    "Zostało tylko kilka dni na oddanie artykułów z zamówienia [order]. Potem zwrot"
                    " i jego kod stracą ważność."
                ),
            ),
            "locker": (
                "",
                (
                    "Zostało tylko kilka dni na włożenie artykułów z zamówienia [order] do"
                    " automatu. Potem zwrot i jego kod stracą ważność."
                ),
            ),
            "pickup": (
                "",
                (
                    "Zostało tylko kilka dni na odbiór artykułów z zamówienia [order] przez"
                    " kuriera. Potem zwrot straci ważność."
                ),
            ),
            "own": (
                "",
                (
                    "Zostało tylko kilka dni na wysłanie artykułów z zamówienia [order]. Potem"
                    " zwrot straci ważność."
                ),
            ),
            "virtual": (
                "",
                (
                    "Zostało tylko kilka dni na przyniesienie do nas artykułów z zamówienia"
                    " [order]. Potem zwrot straci ważność."
                ),
            ),
        },
        "return_processed": {
            "kept": (
                "Zatrzymujesz artykuły ze zwrotu [return]",
                (
                    "Artykuły z zamówienia [order] wymienione poniżej zostają u Ciebie; nic nie"
                    " musi do nas wracać. Teraz otrzymasz to, co Ci się należy."
                ),
            ),
        },
    }
)
