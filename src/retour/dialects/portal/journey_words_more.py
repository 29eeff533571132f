"""What the portal says beside its five steps' plain words in French, Spanish, Italian, Polish."""

from __future__ import annotations

from typing import Final

from retour.dialects.portal.journey_words import JourneyWords

FR: Final = JourneyWords(
    gift="C'est un cadeau que j'ai reçu",
    gift_hint="Aucun prix n'est affiché, et la personne qui l'a offert n'en sait rien.",
    gift_email="Votre adresse e-mail",
    gift_email_hint="Vous seul êtes informé de la suite.",
    gift_credit="Un avoir pour vous",
    add_order="Ajouter une autre commande",
    add_title="Ajouter une autre commande",
    add_lead="Ses articles voyagent dans le même colis.",
    apart={
        "currency": "Cette commande a été payée dans une autre devise. Renvoyez-la séparément.",
        "customer": "Cette commande a une autre adresse. Renvoyez-la séparément.",
        "full": "Un retour ne peut pas contenir plus de commandes. Envoyez d'abord celui-ci.",
    },
    not_together="Ces articles ne peuvent pas revenir ensemble. Renvoyez-les l'un après l'autre.",
    one_parcel="Le tout voyage dans un seul colis.",
    price="[amount] pièce",
    until="Jusqu'au [day]",
    past="Le retour était possible jusqu'au [day].",
    final="Cet article ne peut pas être retourné.",
    see_return="Voir le retour [reference]",
    ask_shop="Demandez à la boutique :",
    by_law="Pour vous rétracter du contrat, utilisez le lien en bas de la page.",
    same="Le même motif pour tous les articles",
    photos_title="Montrez-nous",
    photos_lead="La boutique demande des photos afin de répondre tout de suite.",
    photos_of="Photos de [title]",
    photos_there="[n] sur [all] reçues",
    photos_few="Il manque encore des photos.",
    photo_bad=(
        "Un fichier n'est pas une photo utilisable ; les autres sont gardées. Envoyez-le en JPEG"
        " ou PNG."
    ),
    photo_hint="JPEG, PNG ou WebP, 12 Mo maximum chacune et 24 Mo ensemble.",
    photos_add="Ajouter des photos",
    instead_title="Que voulez-vous à la place ?",
    instead_lead="Ce qui est disponible peut être épuisé avant l'arrivée de votre colis.",
    left="[n] disponibles",
    sold_out="Épuisé pour le moment : vous serez prévenu de son retour",
    same_price="tel quel",
    no_goods="Choisissez ce que vous voulez à la place.",
    instead="À la place",
    to_pay=(
        "Vous payez la différence de [amount]. La boutique vous dira comment à l'arrivée du colis."
    ),
    gets_back="La différence de [amount] vous est remboursée.",
    even="Rien n'est à payer.",
    paid_when={
        "requested": "Payé tout de suite",
        "authorized": "Payé dès l'accord de la boutique",
        "shipped": "Payé dès le dépôt du colis",
        "tracked": "Payé dès que le transporteur a scanné le colis",
        "received": "Payé dès l'arrivée du colis",
        "processed": "Payé dès que les articles sont vérifiés",
    },
    paid_by="au plus tard le [day]",
    costs="coûte [amount]",
    no_cost="gratuit",
    needs={
        "label": "Il vous faut une imprimante et un carton.",
        "drop_off": "Il vous faut un carton, pas d'imprimante.",
        "locker": "Il vous faut un carton adapté, pas d'imprimante.",
        "pickup": "Il vous faut un carton ; le livreur apporte l'étiquette.",
        "own": "Vous payez le transport vous-même. Gardez le reçu.",
        "virtual": "Vous payez le transport vous-même. Gardez le reçu.",
    },
    goes_to="À envoyer à :",
    no_address="La boutique vous donnera l'adresse. Attendez-la avant l'envoi.",
    amount_changed="Le montant a changé entre-temps. Vérifiez-le, puis envoyez.",
    resume="Recevoir plutôt un lien par e-mail",
    resume_title="Un lien par e-mail",
    resume_lead="Il part à l'adresse utilisée pour la commande.",
    resume_send="Envoyer le lien",
    resume_sent=(
        "Si cette commande existe, un e-mail avec le lien est en route vers l'adresse utilisée"
        " pour la commande."
    ),
    any_number="Numéro de commande, de retour ou de suivi",
    any_number_hint="Il figure dans nos e-mails ou sur l'étiquette du colis.",
    return_sent="Un e-mail avec le lien vers votre retour part à l'adresse qui lui est associée.",
    return_subject="Votre retour [number]",
    return_text=(
        "Votre retour [number] a sa propre page : "
        "où il en est, ce qui va suivre et ce que vous pouvez faire.\n\n"
        "Si vous ne l'avez pas demandé, il n'y a rien à faire."
    ),
    busy_title="Un instant, s'il vous plaît",
    busy="Beaucoup de recherches viennent de votre réseau. Reprenez dans [n] minutes.",
    again="Réessayer",
    front_title="Comment pouvons-nous vous aider ?",
    write_email="Votre adresse e-mail",
    write_order="Numéro de commande (facultatif)",
    write_text="Votre message",
    write_send="Envoyer le message",
    write_sent="Votre message est arrivé à la boutique. La réponse vient par e-mail.",
    no_email="Indiquez une adresse e-mail comme anne@example.com.",
    no_text="Écrivez quelques mots.",
    mail_subject="Renvoyer des articles de la commande [number]",
    mail_text=(
        "Ici, vous pouvez renvoyer des articles de votre commande [number] ou suivre un"
        " retour.\n\n"
        "Le lien est valable un jour. Si vous ne l'avez pas demandé, il n'y a rien à faire."
    ),
    mail_open="Continuer",
)

ES: Final = JourneyWords(
    gift="Es un regalo que recibí",
    gift_hint="No se muestran precios, y quien lo regaló no se entera.",
    gift_email="Su correo electrónico",
    gift_email_hint="Solo usted sabrá qué ocurre con ello.",
    gift_credit="Saldo para usted",
    add_order="Añadir otro pedido",
    add_title="Añadir otro pedido",
    add_lead="Sus artículos viajan en el mismo paquete.",
    apart={
        "currency": "Ese pedido se pagó en otra moneda. Devuélvalo por separado.",
        "customer": "Ese pedido tiene otra dirección. Devuélvalo por separado.",
        "full": "No caben más pedidos en una devolución. Envíe primero esta.",
    },
    not_together="Estos artículos no pueden devolverse juntos. Devuélvalos uno tras otro.",
    one_parcel="Todo viaja en un solo paquete.",
    price="[amount] cada uno",
    until="Hasta el [day]",
    past="Se podía devolver hasta el [day].",
    final="Este artículo no admite devolución.",
    see_return="Ver la devolución [reference]",
    ask_shop="Pregunte a la tienda:",
    by_law="Si quiere desistir del contrato, use el enlace al pie de la página.",
    same="El mismo motivo para todos los artículos",
    photos_title="Muéstrenos",
    photos_lead="La tienda pide fotos para poder responder enseguida.",
    photos_of="Fotos de [title]",
    photos_there="[n] de [all] recibidas",
    photos_few="Aún faltan fotos.",
    photo_bad=(
        "Un archivo no es una foto utilizable; las demás se guardan. Envíelo como JPEG o PNG."
    ),
    photo_hint="JPEG, PNG o WebP, hasta 12 MB cada una y 24 MB en total.",
    photos_add="Añadir fotos",
    instead_title="¿Qué quiere a cambio?",
    instead_lead="Lo que hay ahora puede agotarse antes de que llegue su paquete.",
    left="[n] disponibles",
    sold_out="Agotado ahora: le avisaremos cuando vuelva",
    same_price="tal cual",
    no_goods="Elija qué quiere a cambio.",
    instead="A cambio",
    to_pay="Usted paga la diferencia de [amount]. La tienda le dirá cómo cuando llegue el paquete.",
    gets_back="Se le devuelve la diferencia de [amount].",
    even="No se paga nada.",
    paid_when={
        "requested": "Se paga enseguida",
        "authorized": "Se paga cuando la tienda lo apruebe",
        "shipped": "Se paga al entregar el paquete",
        "tracked": "Se paga cuando el transportista escanee el paquete",
        "received": "Se paga cuando llegue el paquete",
        "processed": "Se paga cuando se revisen los artículos",
    },
    paid_by="a más tardar el [day]",
    costs="cuesta [amount]",
    no_cost="gratis",
    needs={
        "label": "Necesita una impresora y una caja.",
        "drop_off": "Necesita una caja, sin impresora.",
        "locker": "Necesita una caja que quepa, sin impresora.",
        "pickup": "Necesita una caja; el conductor trae la etiqueta.",
        "own": "Usted paga el transporte. Guarde el recibo.",
        "virtual": "Usted paga el transporte. Guarde el recibo.",
    },
    goes_to="Se envía a:",
    no_address="La tienda le dará la dirección. Espérela antes de enviarlo.",
    amount_changed="El importe ha cambiado entretanto. Revíselo y envíe después.",
    resume="Prefiero un enlace por correo",
    resume_title="Un enlace por correo",
    resume_lead="Se envía a la dirección con la que se hizo el pedido.",
    resume_send="Enviar el enlace",
    resume_sent=(
        "Si existe ese pedido, un correo con el enlace va de camino a la dirección con la que se"
        " hizo."
    ),
    any_number="Número de pedido, de devolución o de seguimiento",
    any_number_hint="Figura en nuestros correos o en la etiqueta del paquete.",
    return_sent="Un correo con el enlace a su devolución va de camino a la dirección asociada.",
    return_subject="Su devolución [number]",
    return_text=(
        "Su devolución [number] tiene una página propia: "
        "cómo va, qué sigue y qué puede hacer usted.\n\n"
        "Si no lo ha pedido, no tiene que hacer nada."
    ),
    busy_title="Un momento, por favor",
    busy="Muchas personas buscan desde su red. Siga en [n] minutos; nada se pierde.",
    again="Probar otra vez",
    front_title="¿En qué podemos ayudar?",
    write_email="Su correo electrónico",
    write_order="Número de pedido (opcional)",
    write_text="Su mensaje",
    write_send="Enviar mensaje",
    write_sent="Su mensaje está en la tienda. La respuesta llega por correo.",
    no_email="Indique un correo como ana@example.com.",
    no_text="Escriba unas palabras.",
    mail_subject="Devolver artículos del pedido [number]",
    mail_text=(
        "Aquí puede devolver artículos de su pedido [number] o ver cómo va una devolución.\n\n"
        "El enlace vale un día. Si no lo pidió, no tiene que hacer nada."
    ),
    mail_open="Continuar",
)

IT: Final = JourneyWords(
    gift="È un regalo che ho ricevuto",
    gift_hint="I prezzi non sono mostrati e chi l'ha regalato non viene avvisato.",
    gift_email="Il suo indirizzo e-mail",
    gift_email_hint="Solo lei saprà che cosa ne sarà.",
    gift_credit="Credito per lei",
    add_order="Aggiungi un altro ordine",
    add_title="Aggiungi un altro ordine",
    add_lead="I suoi articoli viaggiano nello stesso pacco.",
    apart={
        "currency": "Quell'ordine è stato pagato in un'altra valuta. Lo restituisca da solo.",
        "customer": "Quell'ordine ha un altro indirizzo. Lo restituisca da solo.",
        "full": "In un reso non entrano altri ordini. Invii prima questo.",
    },
    not_together="Questi articoli non possono tornare insieme. Li restituisca uno dopo l'altro.",
    one_parcel="Tutto viaggia in un solo pacco.",
    price="[amount] ciascuno",
    until="Fino a [day]",
    past="Si poteva restituire fino a [day].",
    final="Questo articolo non può essere restituito.",
    see_return="Vedi il reso [reference]",
    ask_shop="Chieda al negozio:",
    by_law="Se vuole recedere dal contratto, usi il link in fondo alla pagina.",
    same="Lo stesso motivo per tutti gli articoli",
    photos_title="Ce lo mostri",
    photos_lead="Il negozio chiede delle foto per poter rispondere subito.",
    photos_of="Foto di [title]",
    photos_there="[n] di [all] ricevute",
    photos_few="Mancano ancora delle foto.",
    photo_bad=(
        "Un file non è una foto utilizzabile; le altre sono conservate. Lo invii come JPEG o PNG."
    ),
    photo_hint="JPEG, PNG o WebP, fino a 12 MB ciascuna e 24 MB insieme.",
    photos_add="Aggiungi foto",
    instead_title="Che cosa vorrebbe in cambio?",
    instead_lead="Ciò che c'è ora può esaurirsi prima che arrivi il suo pacco.",
    left="[n] disponibili",
    sold_out="Ora esaurito: la avviseremo quando torna",
    same_price="così com'è",
    no_goods="Scelga che cosa vorrebbe in cambio.",
    instead="In cambio",
    to_pay="Paga la differenza di [amount]. Il negozio le dirà come all'arrivo del pacco.",
    gets_back="Le viene resa la differenza di [amount].",
    even="Non si paga nulla.",
    paid_when={
        "requested": "Pagato subito",
        "authorized": "Pagato appena il negozio approva",
        "shipped": "Pagato alla consegna del pacco al corriere",
        "tracked": "Pagato appena il corriere scansiona il pacco",
        "received": "Pagato all'arrivo del pacco",
        "processed": "Pagato dopo il controllo degli articoli",
    },
    paid_by="al più tardi [day]",
    costs="costa [amount]",
    no_cost="gratis",
    needs={
        "label": "Servono una stampante e una scatola.",
        "drop_off": "Serve una scatola, nessuna stampante.",
        "locker": "Serve una scatola adatta, nessuna stampante.",
        "pickup": "Serve una scatola; il corriere porta l'etichetta.",
        "own": "Paga lei il trasporto. Conservi la ricevuta.",
        "virtual": "Paga lei il trasporto. Conservi la ricevuta.",
    },
    goes_to="Va spedito a:",
    no_address="Il negozio Le comunicherà l'indirizzo. Lo attenda prima di spedire.",
    amount_changed="L'importo nel frattempo è cambiato. Lo controlli, poi invii.",
    resume="Preferisco un link per e-mail",
    resume_title="Un link per e-mail",
    resume_lead="Va all'indirizzo usato per l'ordine.",
    resume_send="Invia il link",
    resume_sent=(
        "Se quell'ordine esiste, un'e-mail con il link è in viaggio verso l'indirizzo usato per"
        " l'ordine."
    ),
    any_number="Numero d'ordine, del reso o di tracciamento",
    any_number_hint="Si trova nelle nostre e-mail o sull'etichetta del pacco.",
    return_sent="Un'e-mail con il link al Suo reso è in viaggio verso l'indirizzo associato.",
    return_subject="Il Suo reso [number]",
    return_text=(
        "Il Suo reso [number] ha una pagina propria: "
        "a che punto è, che cosa succede ora e che cosa può fare.\n\n"
        "Se non l'ha richiesta, non occorre fare nulla."
    ),
    busy_title="Un momento, per favore",
    busy="Molte persone cercano dalla sua rete. Prosegua tra [n] minuti; nulla va perso.",
    again="Riprova",
    front_title="Come possiamo aiutarla?",
    write_email="Il suo indirizzo e-mail",
    write_order="Numero d'ordine (facoltativo)",
    write_text="Il suo messaggio",
    write_send="Invia messaggio",
    write_sent="Il suo messaggio è arrivato al negozio. La risposta arriva per e-mail.",
    no_email="Indichi un indirizzo e-mail come anna@example.com.",
    no_text="Scriva qualche parola.",
    mail_subject="Restituire articoli dell'ordine [number]",
    mail_text=(
        "Qui può restituire articoli del suo ordine [number] o vedere a che punto è un reso.\n\n"
        "Il link vale un giorno. Se non l'ha chiesto, non deve fare nulla."
    ),
    mail_open="Continua",
)

PL: Final = JourneyWords(
    gift="Dostałem to w prezencie",
    gift_hint="Ceny nie są pokazywane, a osoba, która to podarowała, o niczym się nie dowie.",
    gift_email="Twój adres e-mail",
    gift_email_hint="O tym, co się z tym stanie, dowiesz się tylko Ty.",
    gift_credit="Środki do wykorzystania w sklepie",
    add_order="Dodaj kolejne zamówienie",
    add_title="Dodaj kolejne zamówienie",
    add_lead="Jego produkty jadą w tej samej paczce.",
    apart={
        "currency": "To zamówienie opłacono w innej walucie. Zwróć je osobno.",
        "customer": "To zamówienie ma inny adres. Zwróć je osobno.",
        "full": "W jednym zwrocie nie zmieści się więcej zamówień. Najpierw wyślij ten.",
    },
    not_together="Tych produktów nie można zwrócić razem. Zwróć je po kolei.",
    one_parcel="Wszystko jedzie w jednej paczce.",
    price="[amount] za sztukę",
    until="Do: [day]",
    past="Zwrot był możliwy do: [day].",
    final="Tego produktu nie można zwrócić.",
    see_return="Zobacz zwrot [reference]",
    ask_shop="Zapytaj sklep:",
    by_law="Jeśli chcesz odstąpić od umowy, użyj linku na dole strony.",
    same="Ten sam powód dla wszystkich produktów",
    photos_title="Pokaż nam",
    photos_lead="Sklep prosi o zdjęcia, aby móc od razu odpowiedzieć.",
    photos_of="Zdjęcia: [title]",
    photos_there="[n] z [all] dodane",
    photos_few="Brakuje jeszcze zdjęć.",
    photo_bad=(
        "Jeden plik nie jest zdjęciem, którego można użyć; pozostałe zachowano. Wyślij go jako"
        " JPEG lub PNG."
    ),
    photo_hint="JPEG, PNG lub WebP, do 12 MB każde i 24 MB razem.",
    photos_add="Dodaj zdjęcia",
    instead_title="Co chcesz w zamian?",
    instead_lead="To, co jest teraz, może się skończyć, zanim dotrze Twoja paczka.",
    left="dostępne: [n]",
    sold_out="Teraz wyprzedane: damy znać, gdy wróci",
    same_price="bez zmian",
    no_goods="Wybierz, co chcesz w zamian.",
    instead="W zamian",
    to_pay="Dopłacasz różnicę [amount]. Sklep powie jak, gdy paczka dotrze.",
    gets_back="Różnica [amount] zostanie Ci zwrócona.",
    even="Nic się nie płaci.",
    paid_when={
        "requested": "Wypłata od razu",
        "authorized": "Wypłata po zgodzie sklepu",
        "shipped": "Wypłata po nadaniu paczki",
        "tracked": "Wypłata po zeskanowaniu paczki przez przewoźnika",
        "received": "Wypłata po dotarciu paczki",
        "processed": "Wypłata po sprawdzeniu produktów",
    },
    paid_by="najpóźniej: [day]",
    costs="kosztuje [amount]",
    no_cost="bezpłatnie",
    needs={
        "label": "Potrzebujesz drukarki i kartonu.",
        "drop_off": "Potrzebujesz kartonu, bez drukarki.",
        "locker": "Potrzebujesz pasującego kartonu, bez drukarki.",
        "pickup": "Potrzebujesz kartonu; kurier przywiezie etykietę.",
        "own": "Za przewóz płacisz samodzielnie. Zachowaj potwierdzenie.",
        "virtual": "Za przewóz płacisz samodzielnie. Zachowaj potwierdzenie.",
    },
    goes_to="Adres wysyłki:",
    no_address="Sklep poda adres. Zaczekaj na niego przed wysłaniem.",
    amount_changed="Kwota w międzyczasie się zmieniła. Sprawdź ją i wyślij.",
    resume="Wolę link e-mailem",
    resume_title="Link e-mailem",
    resume_lead="Wyślemy go na adres, z którego złożono zamówienie.",
    resume_send="Wyślij link",
    resume_sent=(
        "Jeśli takie zamówienie istnieje, e-mail z linkiem jest w drodze na adres, z którego je"
        " złożono."
    ),
    any_number="Numer zamówienia, zwrotu lub przesyłki",
    any_number_hint="Znajduje się w naszych wiadomościach albo na etykiecie paczki.",
    return_sent="Wiadomość z linkiem do zwrotu jest w drodze na przypisany do niego adres.",
    return_subject="Twój zwrot [number]",
    return_text=(
        "Twój zwrot [number] ma własną stronę: "
        "na jakim jest etapie, co będzie dalej i co możesz zrobić.\n\n"
        "Jeśli to nie Twoja prośba, nic nie trzeba robić."
    ),
    busy_title="Chwileczkę",
    busy="Z Twojej sieci szuka teraz wiele osób. Wróć za [n] min; nic nie przepadnie.",
    again="Spróbuj ponownie",
    front_title="W czym możemy pomóc?",
    write_email="Twój adres e-mail",
    write_order="Numer zamówienia (opcjonalnie)",
    write_text="Twoja wiadomość",
    write_send="Wyślij wiadomość",
    write_sent="Twoja wiadomość dotarła do sklepu. Odpowiedź przyjdzie e-mailem.",
    no_email="Podaj adres e-mail, na przykład anna@example.com.",
    no_text="Napisz kilka słów.",
    mail_subject="Zwrot produktów z zamówienia [number]",
    mail_text=(
        "Tutaj możesz zwrócić produkty z zamówienia [number] albo sprawdzić, co dzieje się ze"
        " zwrotem.\n\n"
        "Link jest ważny jeden dzień. Jeśli o niego nie proszono, nie trzeba nic robić."
    ),
    mail_open="Dalej",
)
