"""What customers are told, continued: French, Spanish, Italian and Polish."""

from __future__ import annotations

from typing import Final

from retour.dialects.notification.coming_words import CUSTOMERS_COMING
from retour.dialects.notification.coming_words_more import (
    ITALIAN_COMING,
    POLISH_COMING,
    SPANISH_COMING,
)
from retour.dialects.notification.customer_language import CustomerLanguage
from retour.dialects.notification.ways import CUSTOMERS

FRENCH: Final = CustomerLanguage(
    order="Commande",
    reference="Retour",
    tracking="Suivi",
    label="Étiquette",
    total="Montant",
    foreseen="Montant prévu",
    item="Article",
    quantity="Quantité",
    open="Suivre le retour",
    print="Obtenir l’étiquette",
    code="Voir votre code",
    choose="Dites-nous ce que deviennent les articles non acceptés, jusqu'au",
    send="Remettez le colis au plus tard le",
    bring="Apportez les articles au plus tard le",
    ways=CUSTOMERS["fr"],
    coming=CUSTOMERS_COMING["fr"],
    said={
        "return_requested": (
            "Votre demande de retour pour la commande [order]",
            (
                "Votre demande est arrivée. Vous aurez une réponse dès qu'elle sera traitée ;"
                " gardez"
                " les articles jusque-là."
            ),
        ),
        "return_rejected": (
            "Votre demande de retour pour la commande [order] est refusée",
            "Le retour de la commande [order] n'a pas été accepté[reject_reason]",
        ),
        "return_authorized": (
            "Votre retour [return] est accepté",
            (
                "Le retour de la commande [order] est accepté. Veuillez envoyer les articles"
                " ci-dessous."
            ),
        ),
        "return_shipped": (
            "Votre retour [return] est en route",
            "Vos articles de la commande [order] sont partis. Vous serez informé de leur arrivée.",
        ),
        "return_tracked": (
            "Votre retour [return] est chez le transporteur",
            "Le transporteur a pris en charge le colis avec vos articles de la commande [order].",
        ),
        "return_received": (
            "Votre retour [return] est arrivé",
            "Des articles de la commande [order] sont arrivés. Ils vont être examinés.",
        ),
        "return_processed": (
            "Votre retour [return] a été examiné",
            (
                "Vos articles de la commande [order] ont été examinés : [accepted] acceptés,"
                " [rejected] refusés."
            ),
        ),
        "return_settled": (
            "Votre retour [return] est réglé",
            "Le retour de la commande [order] est réglé : [money].",
        ),
        "return_completed": (
            "Votre retour [return] est terminé",
            "Le retour de la commande [order] est terminé. Vous n'avez plus rien à faire.",
        ),
        "return_canceled": (
            "Votre retour [return] est annulé",
            "Le retour de la commande [order] a été annulé[cancel_reason]",
        ),
        "settlement_memo": (
            "Décompte [memo] de votre retour [return]",
            "Le décompte de votre retour de la commande [order] est confirmé : [money].",
        ),
        "use_case_email": (
            "Votre message est arrivé",
            "Votre message est arrivé. Vous recevrez une réponse par e-mail.",
        ),
        "label_created": (
            "Votre étiquette de retour pour la commande [order]",
            (
                "L'étiquette de votre retour [return] est prête. Collez-la sur le colis "
                "et déposez-le ; vos articles sont indiqués ci-dessous."
            ),
        ),
        "refund_paid": (
            "Votre remboursement de [money]",
            (
                "Nous vous avons rendu [money] pour le retour de la commande [order]. Un avoir "
                "est disponible aussitôt ; une banque peut mettre quelques jours à l'afficher."
            ),
        ),
        "refund_failed": (
            "Le remboursement du retour [return] prend un peu plus de temps",
            (
                "Le remboursement de votre retour de la commande [order] n'a pas encore "
                "pu être effectué. Nous nous en occupons ; vous n'avez rien à faire."
            ),
        ),
        "return_reminder": (
            "Votre retour de la commande [order] vous attend",
            (
                "Nous n'avons pas encore reçu vos articles. Veuillez déposer le colis du "
                "retour [return] ; vos articles sont indiqués ci-dessous."
            ),
        ),
        "return_expiring": (
            "Votre retour [return] expire bientôt",
            (
                "Il ne reste que quelques jours pour déposer les articles de la commande "
                "[order]. Ensuite, le retour et son étiquette ne seront plus valables."
            ),
        ),
        "deadline_missed": (
            "Votre retour [return] prend plus de temps que promis",
            (
                "Votre retour de la commande [order] devrait être plus avancé. Nous en "
                "sommes désolés et nous en occupons ; vous n'avez rien à faire."
            ),
        ),
    },
)

SPANISH: Final = CustomerLanguage(
    order="Pedido",
    reference="Devolución",
    tracking="Seguimiento",
    label="Etiqueta",
    total="Importe",
    foreseen="Importe previsto",
    item="Artículo",
    quantity="Cantidad",
    open="Seguir la devolución",
    print="Ver la etiqueta",
    code="Ver su código",
    choose="Díganos qué hacer con los artículos no aceptados, hasta el",
    send="Entregue el paquete a más tardar el",
    bring="Traiga los artículos a más tardar el",
    ways=CUSTOMERS["es"],
    coming=SPANISH_COMING,
    said={
        "return_requested": (
            "Su solicitud de devolución del pedido [order]",
            (
                "Su solicitud ha llegado. Le avisaremos cuando esté decidida; conserve los"
                " artículos"
                " hasta entonces."
            ),
        ),
        "return_rejected": (
            "Su solicitud de devolución del pedido [order] ha sido rechazada",
            "La devolución del pedido [order] no ha sido aceptada[reject_reason]",
        ),
        "return_authorized": (
            "Su devolución [return] está aprobada",
            "La devolución del pedido [order] está aprobada. Envíe los artículos indicados abajo.",
        ),
        "return_shipped": (
            "Su devolución [return] está en camino",
            "Sus artículos del pedido [order] han sido enviados. Le avisaremos cuando lleguen.",
        ),
        "return_tracked": (
            "Su devolución [return] está con el transportista",
            "El transportista ha escaneado el paquete con sus artículos del pedido [order].",
        ),
        "return_received": (
            "Su devolución [return] ha llegado",
            "Han llegado artículos del pedido [order]. Ahora se revisarán.",
        ),
        "return_processed": (
            "Su devolución [return] ha sido revisada",
            (
                "Sus artículos del pedido [order] han sido revisados: [accepted] aceptados,"
                " [rejected]"
                " rechazados."
            ),
        ),
        "return_settled": (
            "Su devolución [return] está liquidada",
            "La devolución del pedido [order] está liquidada: [money].",
        ),
        "return_completed": (
            "Su devolución [return] está terminada",
            "La devolución del pedido [order] está terminada. No tiene que hacer nada más.",
        ),
        "return_canceled": (
            "Su devolución [return] está cancelada",
            "La devolución del pedido [order] ha sido cancelada[cancel_reason]",
        ),
        "settlement_memo": (
            "Liquidación [memo] de su devolución [return]",
            "La liquidación de su devolución del pedido [order] está confirmada: [money].",
        ),
        "use_case_email": (
            "Su mensaje ha llegado",
            "Su mensaje ha llegado. Recibirá una respuesta por correo electrónico.",
        ),
        "label_created": (
            "Su etiqueta de devolución del pedido [order]",
            (
                "La etiqueta de su devolución [return] está lista. Péguela en el paquete "
                "y entréguelo; sus artículos figuran abajo."
            ),
        ),
        "refund_paid": (
            "Su reembolso de [money]",
            (
                "Le hemos devuelto [money] por la devolución del pedido [order]. Un vale está "
                "disponible al momento; un banco puede tardar unos días en mostrarlo."
            ),
        ),
        "refund_failed": (
            "El reembolso de la devolución [return] tarda un poco más",
            (
                "El reembolso de su devolución del pedido [order] aún no se ha podido "
                "realizar. Lo estamos revisando; no tiene que hacer nada."
            ),
        ),
        "return_reminder": (
            "Su devolución del pedido [order] le espera",
            (
                "Aún no hemos recibido sus artículos. Entregue el paquete de la "
                "devolución [return]; sus artículos figuran abajo."
            ),
        ),
        "return_expiring": (
            "Su devolución [return] caduca pronto",
            (
                "Quedan pocos días para entregar los artículos del pedido [order]. "
                "Después, la devolución y su etiqueta dejarán de ser válidas."
            ),
        ),
        "deadline_missed": (
            "Su devolución [return] tarda más de lo prometido",
            (
                "Su devolución del pedido [order] debería estar más avanzada. Lo sentimos "
                "y lo estamos resolviendo; no tiene que hacer nada."
            ),
        ),
    },
)

ITALIAN: Final = CustomerLanguage(
    order="Ordine",
    reference="Reso",
    tracking="Tracciamento",
    label="Etichetta",
    total="Importo",
    foreseen="Importo previsto",
    item="Articolo",
    quantity="Quantità",
    open="Segui il reso",
    print="Vai all’etichetta",
    code="Vai al codice",
    choose="Facci sapere che cosa fare degli articoli non accettati, entro il",
    send="Consegna il pacco entro",
    bring="Porta gli articoli entro",
    ways=CUSTOMERS["it"],
    coming=ITALIAN_COMING,
    said={
        "return_requested": (
            "La tua richiesta di reso per l'ordine [order]",
            (
                "La tua richiesta è arrivata. Riceverai una risposta appena sarà decisa; fino ad"
                " allora conserva gli articoli."
            ),
        ),
        "return_rejected": (
            "La tua richiesta di reso per l'ordine [order] è stata respinta",
            "Il reso dell'ordine [order] non è stato accettato[reject_reason]",
        ),
        "return_authorized": (
            "Il tuo reso [return] è approvato",
            "Il reso dell'ordine [order] è approvato. Spedisci gli articoli elencati sotto.",
        ),
        "return_shipped": (
            "Il tuo reso [return] è in viaggio",
            "I tuoi articoli dell'ordine [order] sono partiti. Ti avviseremo al loro arrivo.",
        ),
        "return_tracked": (
            "Il tuo reso [return] è presso il corriere",
            "Il corriere ha registrato il pacco con i tuoi articoli dell'ordine [order].",
        ),
        "return_received": (
            "Il tuo reso [return] è arrivato",
            "Sono arrivati articoli dell'ordine [order]. Ora vengono controllati.",
        ),
        "return_processed": (
            "Il tuo reso [return] è stato controllato",
            (
                "I tuoi articoli dell'ordine [order] sono stati controllati: [accepted] accettati,"
                " [rejected] respinti."
            ),
        ),
        "return_settled": (
            "Il tuo reso [return] è liquidato",
            "Il reso dell'ordine [order] è liquidato: [money].",
        ),
        "return_completed": (
            "Il tuo reso [return] è concluso",
            "Il reso dell'ordine [order] è concluso. Non devi fare altro.",
        ),
        "return_canceled": (
            "Il tuo reso [return] è annullato",
            "Il reso dell'ordine [order] è stato annullato[cancel_reason]",
        ),
        "settlement_memo": (
            "Liquidazione [memo] del tuo reso [return]",
            "La liquidazione del tuo reso dell'ordine [order] è confermata: [money].",
        ),
        "use_case_email": (
            "Il tuo messaggio è arrivato",
            "Il tuo messaggio è arrivato. Riceverai una risposta per e-mail.",
        ),
        "label_created": (
            "La tua etichetta di reso per l'ordine [order]",
            (
                "L'etichetta del tuo reso [return] è pronta. Applicala sul pacco e "
                "consegnalo; gli articoli sono elencati sotto."
            ),
        ),
        "refund_paid": (
            "Il tuo rimborso di [money]",
            (
                "Ti abbiamo restituito [money] per il reso dell'ordine [order]. Un buono è "
                "disponibile subito; una banca può impiegare alcuni giorni a mostrarlo."
            ),
        ),
        "refund_failed": (
            "Il rimborso del reso [return] richiede ancora un po' di tempo",
            (
                "Il rimborso del tuo reso dell'ordine [order] non è ancora riuscito. Ce "
                "ne stiamo occupando; non devi fare nulla."
            ),
        ),
        "return_reminder": (
            "Il tuo reso dell'ordine [order] ti aspetta",
            (
                "Non abbiamo ancora ricevuto i tuoi articoli. Consegna il pacco del reso "
                "[return]; gli articoli sono elencati sotto."
            ),
        ),
        "return_expiring": (
            "Il tuo reso [return] sta per scadere",
            (
                "Restano pochi giorni per consegnare gli articoli dell'ordine [order]. "
                "Dopo, il reso e la sua etichetta non saranno più validi."
            ),
        ),
        "deadline_missed": (
            "Il tuo reso [return] richiede più tempo del previsto",
            (
                "Il tuo reso dell'ordine [order] dovrebbe essere più avanti. Ci dispiace "
                "e ce ne stiamo occupando; non devi fare nulla."
            ),
        ),
    },
)

POLISH: Final = CustomerLanguage(
    order="Zamówienie",
    reference="Zwrot",
    tracking="Numer przesyłki",
    label="Etykieta",
    total="Kwota",
    foreseen="Przewidywana kwota",
    item="Artykuł",
    quantity="Ilość",
    open="Śledź zwrot",
    print="Pobierz etykietę",
    code="Pokaż kod",
    choose="Powiedz nam, co zrobić z nieprzyjętymi artykułami, do dnia",
    send="Nadaj paczkę najpóźniej w dniu",
    bring="Przynieś artykuły najpóźniej w dniu",
    ways=CUSTOMERS["pl"],
    coming=POLISH_COMING,
    said={
        "return_requested": (
            "Twoja prośba o zwrot zamówienia [order]",
            (
                "Otrzymaliśmy Twoją prośbę. Damy znać, gdy zapadnie decyzja; do tego czasu zachowaj"
                " artykuły."
            ),
        ),
        "return_rejected": (
            "Twoja prośba o zwrot zamówienia [order] została odrzucona",
            "Zwrot zamówienia [order] nie został przyjęty[reject_reason]",
        ),
        "return_authorized": (
            "Twój zwrot [return] został zatwierdzony",
            "Zwrot zamówienia [order] został zatwierdzony. Wyślij artykuły wymienione poniżej.",
        ),
        "return_shipped": (
            "Twój zwrot [return] jest w drodze",
            "Twoje artykuły z zamówienia [order] zostały wysłane. Damy znać, gdy dotrą.",
        ),
        "return_tracked": (
            "Twój zwrot [return] jest u przewoźnika",
            "Przewoźnik zeskanował paczkę z Twoimi artykułami z zamówienia [order].",
        ),
        "return_received": (
            "Twój zwrot [return] dotarł",
            "Dotarły artykuły z zamówienia [order]. Teraz zostaną sprawdzone.",
        ),
        "return_processed": (
            "Twój zwrot [return] został sprawdzony",
            (
                "Twoje artykuły z zamówienia [order] zostały sprawdzone: przyjęte [accepted],"
                " odrzucone [rejected]."
            ),
        ),
        "return_settled": (
            "Twój zwrot [return] został rozliczony",
            "Zwrot zamówienia [order] został rozliczony: [money].",
        ),
        "return_completed": (
            "Twój zwrot [return] został zakończony",
            "Zwrot zamówienia [order] został zakończony. Nie musisz nic więcej robić.",
        ),
        "return_canceled": (
            "Twój zwrot [return] został anulowany",
            "Zwrot zamówienia [order] został anulowany[cancel_reason]",
        ),
        "settlement_memo": (
            "Rozliczenie [memo] Twojego zwrotu [return]",
            "Rozliczenie Twojego zwrotu zamówienia [order] zostało potwierdzone: [money].",
        ),
        "use_case_email": (
            "Otrzymaliśmy Twoją wiadomość",
            "Otrzymaliśmy Twoją wiadomość. Odpowiedź przyjdzie e-mailem.",
        ),
        "label_created": (
            "Twoja etykieta zwrotna do zamówienia [order]",
            (
                "Etykieta do Twojego zwrotu [return] jest gotowa. Naklej ją na paczkę i "
                "nadaj paczkę; artykuły wymieniono poniżej."
            ),
        ),
        "refund_paid": (
            "Twój zwrot pieniędzy: [money]",
            (
                "Oddaliśmy Ci [money] za zwrot zamówienia [order]. Środki w sklepie są dostępne "
                "od razu; w banku może to być widoczne dopiero po kilku dniach."
            ),
        ),
        "refund_failed": (
            "Zwrot pieniędzy za zwrot [return] potrwa nieco dłużej",
            (
                "Pieniędzy za Twój zwrot zamówienia [order] nie udało się jeszcze "
                "wypłacić. Wyjaśniamy to; nie musisz nic robić."
            ),
        ),
        "return_reminder": (
            "Twój zwrot zamówienia [order] czeka na Ciebie",
            (
                "Nie otrzymaliśmy jeszcze Twoich artykułów. Nadaj paczkę do zwrotu "
                "[return]; artykuły wymieniono poniżej."
            ),
        ),
        "return_expiring": (
            "Twój zwrot [return] wkrótce wygaśnie",
            (
                "Zostało tylko kilka dni na nadanie artykułów z zamówienia [order]. Potem "
                "zwrot i jego etykieta stracą ważność."
            ),
        ),
        "deadline_missed": (
            "Twój zwrot [return] trwa dłużej, niż obiecaliśmy",
            (
                "Twój zwrot zamówienia [order] powinien być już dalej. Przepraszamy i "
                "zajmujemy się tym; nie musisz nic robić."
            ),
        ),
    },
)
