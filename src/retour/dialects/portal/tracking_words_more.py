"""What a return's own page says of packing and dates in French, Spanish, Italian and Polish."""

from __future__ import annotations

from typing import Final

from retour.dialects.portal.tracking_words import TrackingWords

FR: Final = TrackingWords(
    number="Numéro de retour",
    asked=(
        "Votre demande est arrivée. Gardez l'adresse de cette page : elle dit toujours où en"
        " est le retour."
    ),
    pack_title="Emballer et envoyer",
    pack_first="Emballez bien les articles et joignez un papier avec le numéro.",
    pack={
        "label": "Collez l'étiquette sur le colis.",
        "drop_off": "Préparez le code sur votre téléphone.",
        "locker": "Préparez le code de la consigne sur votre téléphone.",
        "pickup": "Préparez le colis ; le livreur apporte l'étiquette.",
        "own": "Envoyez-le à la boutique par le transporteur de votre choix.",
        "virtual": "Apportez-le vous-même à la boutique.",
    },
    pack_last="Déposez-le et gardez le reçu.",
    open_until="Ouvert maintenant, jusqu’à [time].",
    open_from="Fermé maintenant. Ouvre le [day] à [time].",
    get_label="Obtenir l'étiquette",
    label_coming="Votre étiquette est en préparation. Cette page se met à jour toute seule.",
    label_failed=(
        "Le transporteur ne répond pas pour l'instant. Votre retour est enregistré : redemandez"
        " l'étiquette plus tard ou choisissez un autre mode."
    ),
    together_title="Dans le même colis",
    join="Mettre dans le même colis",
    change_title="Modifier ce qui revient",
    change_lead="Tant que rien n'est envoyé. Zéro partout met fin au retour.",
    change_of="sur [n]",
    change="Enregistrer",
    changed="La modification est enregistrée.",
    method_title="Envoyer autrement",
    method="Choisir ce mode",
    method_changed="Le mode d'envoi est changé.",
    dropped_title="Je l'ai déposé",
    dropped_place="Où ?",
    dropped_receipt="Numéro du reçu",
    dropped="Enregistrer",
    dropped_said="C'est noté.",
    dropped_none="Indiquez le lieu ou le numéro du reçu.",
    promises={
        "ship": "Déposez le colis au plus tard le [day].",
        "review": "La boutique répond au plus tard le [day].",
        "inspection": "Vos articles sont vérifiés au plus tard le [day].",
        "refund": "Vous êtes remboursé au plus tard le [day].",
        "choice": "Choisissez au plus tard le [day].",
        "charge": "Payez la différence au plus tard le [day].",
    },
    late=(
        "C'était promis pour le [day] et c'est en retard. Nous en sommes désolés : la boutique"
        " est prévenue et s'en occupe au plus tard le [until]."
    ),
    instead="Ce que vous voulez à la place",
    charge="Il y a une différence de [amount] à payer. La boutique vous indique comment.",
    grade="État [grade]",
    expired=(
        "L'envoi n'a pas eu lieu à temps, ce retour est donc terminé. Vous pouvez redemander ; si"
        " ce n'est plus possible, ou si le colis est en route, écrivez à la boutique."
    ),
    ask_again="Redemander",
    save="Enregistrer comme image",
    partly="Une partie est payée ; le reste suit.",
    found="Photo [n] de [item]",
    reply="Écrire au sujet de cet article",
    fates={
        "send_back": "Il vous est renvoyé.",
        "donate": "Il est donné à quelqu'un qui peut s'en servir.",
        "discard": "Il est éliminé.",
        "choose": "Dites ci-dessus ce qu'il doit devenir.",
        "shop": "Il reste pour l'instant à la boutique. Pour le ravoir, écrivez à la boutique.",
    },
    paid="Payé",
    still="À venir",
    payments={
        "refund": "Remboursement",
        "store_credit": "Avoir",
    },
    payment_states={
        "to_come": "à venir",
        "under_way": "en route",
        "paid": "payé le [day]",
        "failed": "pas arrivé ; la boutique s'en occupe",
    },
)

ES: Final = TrackingWords(
    number="Número de devolución",
    asked="Su solicitud ha llegado. Guarde la dirección de esta página: siempre dice cómo va.",
    pack_title="Embalar y enviar",
    pack_first="Embale bien los artículos e incluya una nota con el número.",
    pack={
        "label": "Pegue la etiqueta en el paquete.",
        "drop_off": "Tenga el código listo en su teléfono.",
        "locker": "Tenga el código de la taquilla listo en su teléfono.",
        "pickup": "Tenga el paquete listo; el conductor trae la etiqueta.",
        "own": "Envíelo a la tienda con el transportista que prefiera.",
        "virtual": "Llévelo usted a la tienda.",
    },
    pack_last="Entréguelo y guarde el recibo.",
    open_until="Abierto ahora, hasta las [time].",
    open_from="Cerrado ahora. Abre el [day] a las [time].",
    get_label="Obtener la etiqueta",
    label_coming="Su etiqueta se está preparando. Esta página se actualiza sola.",
    label_failed=(
        "El transportista no responde ahora. Su devolución está guardada: pida la etiqueta más"
        " tarde o elija otra forma."
    ),
    together_title="En el mismo paquete",
    join="Poner en el mismo paquete",
    change_title="Cambiar lo que se devuelve",
    change_lead="Mientras no se haya enviado nada. Cero de todo termina la devolución.",
    change_of="de [n]",
    change="Guardar el cambio",
    changed="El cambio está guardado.",
    method_title="Enviar de otra forma",
    method="Elegir esta forma",
    method_changed="La forma de envío ha cambiado.",
    dropped_title="Ya lo he entregado",
    dropped_place="¿Dónde?",
    dropped_receipt="Número del recibo",
    dropped="Guardar",
    dropped_said="Queda anotado.",
    dropped_none="Indique el lugar o el número del recibo.",
    promises={
        "ship": "Entregue el paquete a más tardar el [day].",
        "review": "La tienda responde a más tardar el [day].",
        "inspection": "Sus artículos estarán revisados a más tardar el [day].",
        "refund": "Tendrá su dinero a más tardar el [day].",
        "choice": "Elija a más tardar el [day].",
        "charge": "Pague la diferencia a más tardar el [day].",
    },
    late=(
        "Estaba prometido para el [day] y va con retraso. Lo sentimos: la tienda está avisada y"
        " se ocupa a más tardar el [until]."
    ),
    instead="Lo que quiere a cambio",
    charge="Hay una diferencia de [amount] por pagar. La tienda le indica cómo.",
    grade="Estado [grade]",
    expired=(
        "No se envió a tiempo, por eso esta devolución ha terminado. Puede pedirla de nuevo; si ya"
        " no es posible, o si el paquete va en camino, escriba a la tienda."
    ),
    ask_again="Pedir de nuevo",
    save="Guardar como imagen",
    partly="Una parte está pagada; el resto sigue.",
    found="Foto [n] de [item]",
    reply="Escribir sobre este artículo",
    fates={
        "send_back": "Se le envía de vuelta.",
        "donate": "Se entrega a alguien que pueda usarlo.",
        "discard": "Se desecha.",
        "choose": "Diga arriba qué debe hacerse con él.",
        "shop": "Por ahora se queda en la tienda. Si lo quiere de vuelta, escriba a la tienda.",
    },
    paid="Pagado",
    still="Por venir",
    payments={
        "refund": "Reembolso",
        "store_credit": "Saldo en la tienda",
    },
    payment_states={
        "to_come": "por venir",
        "under_way": "en camino",
        "paid": "pagado el [day]",
        "failed": "no llegó; la tienda se ocupa",
    },
)

IT: Final = TrackingWords(
    number="Numero del reso",
    asked=(
        "La sua richiesta è arrivata. Conservi l'indirizzo di questa pagina: dice sempre a che"
        " punto siamo."
    ),
    pack_title="Imballare e spedire",
    pack_first="Imballi bene gli articoli e metta un biglietto con il numero.",
    pack={
        "label": "Incolli l'etichetta sul pacco.",
        "drop_off": "Tenga il codice pronto sul telefono.",
        "locker": "Tenga il codice dell'armadietto pronto sul telefono.",
        "pickup": "Tenga pronto il pacco; il corriere porta l'etichetta.",
        "own": "Lo spedisca al negozio con un corriere a scelta.",
        "virtual": "Lo porti Lei al negozio.",
    },
    pack_last="Lo consegni e conservi la ricevuta.",
    open_until="Aperto ora, fino alle [time].",
    open_from="Chiuso ora. Apre [day] alle [time].",
    get_label="Ottenga l'etichetta",
    label_coming="La sua etichetta è in preparazione. Questa pagina si aggiorna da sola.",
    label_failed=(
        "Il corriere ora non risponde. Il suo reso è salvo: chieda l'etichetta più tardi o"
        " scelga un altro modo."
    ),
    together_title="Nello stesso pacco",
    join="Mettere nello stesso pacco",
    change_title="Cambiare ciò che torna",
    change_lead="Finché nulla è stato spedito. Zero di tutto chiude il reso.",
    change_of="di [n]",
    change="Salva la modifica",
    changed="La modifica è salvata.",
    method_title="Spedire in altro modo",
    method="Scegli questo modo",
    method_changed="Il modo di spedizione è cambiato.",
    dropped_title="L'ho consegnato",
    dropped_place="Dove?",
    dropped_receipt="Numero della ricevuta",
    dropped="Salva",
    dropped_said="È annotato.",
    dropped_none="Indichi il luogo o il numero della ricevuta.",
    promises={
        "ship": "Consegni il pacco entro [day].",
        "review": "Il negozio risponde entro [day].",
        "inspection": "I suoi articoli sono controllati entro [day].",
        "refund": "Riceve il suo denaro entro [day].",
        "choice": "Scelga entro [day].",
        "charge": "Paghi la differenza entro [day].",
    },
    late=(
        "Era promesso entro [day] ed è in ritardo. Ci dispiace: il negozio lo sa e se ne occupa"
        " entro [until]."
    ),
    instead="Che cosa vorrebbe in cambio",
    charge="C'è una differenza di [amount] da pagare. Il negozio le dice come.",
    grade="Stato [grade]",
    expired=(
        "Non è stato spedito in tempo, perciò questo reso è chiuso. Può chiedere di nuovo; se non"
        " è più possibile, o se il pacco è in viaggio, scriva al negozio."
    ),
    ask_again="Chiedere di nuovo",
    save="Salvare come immagine",
    partly="Una parte è pagata; il resto segue.",
    found="Foto [n] di [item]",
    reply="Scrivere su questo articolo",
    fates={
        "send_back": "Le viene rispedito.",
        "donate": "Va a qualcuno che può usarlo.",
        "discard": "Viene smaltito.",
        "choose": "Dica qui sopra che cosa farne.",
        "shop": "Per ora resta al negozio. Se lo rivuole, scriva al negozio.",
    },
    paid="Pagato",
    still="Ancora da pagare",
    payments={
        "refund": "Rimborso",
        "store_credit": "Buono del negozio",
    },
    payment_states={
        "to_come": "seguirà",
        "under_way": "in arrivo",
        "paid": "pagato [day]",
        "failed": "non è arrivato; il negozio se ne occupa",
    },
)

PL: Final = TrackingWords(
    number="Numer zwrotu",
    asked="Twoja prośba dotarła. Zachowaj adres tej strony: zawsze mówi, jak wygląda sytuacja.",
    pack_title="Zapakuj i wyślij",
    pack_first="Dobrze zapakuj produkty i włóż kartkę z numerem.",
    pack={
        "label": "Naklej etykietę na paczkę.",
        "drop_off": "Przygotuj kod w telefonie.",
        "locker": "Przygotuj w telefonie kod do automatu.",
        "pickup": "Przygotuj paczkę; kurier przywiezie etykietę.",
        "own": "Wyślij ją do sklepu dowolnym przewoźnikiem.",
        "virtual": "Przynieś ją do sklepu osobiście.",
    },
    pack_last="Nadaj paczkę i zachowaj potwierdzenie.",
    open_until="Teraz otwarte, do [time].",
    open_from="Teraz zamknięte. Otwarcie: [day], [time].",
    get_label="Pobierz etykietę",
    label_coming="Twoja etykieta powstaje. Ta strona odświeża się sama.",
    label_failed=(
        "Przewoźnik teraz nie odpowiada. Twój zwrot jest bezpieczny: poproś o etykietę później"
        " albo wybierz inny sposób."
    ),
    together_title="W tej samej paczce",
    join="Włóż do tej samej paczki",
    change_title="Zmień, co wraca",
    change_lead="Dopóki nic nie wysłano. Zero wszystkiego kończy zwrot.",
    change_of="z [n]",
    change="Zapisz zmianę",
    changed="Zmiana zapisana.",
    method_title="Wyślij inaczej",
    method="Wybierz ten sposób",
    method_changed="Sposób wysyłki zmieniony.",
    dropped_title="Paczka nadana",
    dropped_place="Gdzie?",
    dropped_receipt="Numer potwierdzenia",
    dropped="Zapisz",
    dropped_said="Zapisano.",
    dropped_none="Podaj miejsce lub numer potwierdzenia.",
    promises={
        "ship": "Nadaj paczkę do: [day].",
        "review": "Sklep odpowie do: [day].",
        "inspection": "Produkty będą sprawdzone do: [day].",
        "refund": "Pieniądze będą u Ciebie do: [day].",
        "choice": "Wybierz do: [day].",
        "charge": "Dopłać różnicę do: [day].",
    },
    late=(
        "Obiecany termin to: [day]; jest opóźnienie. Przepraszamy: sklep o tym wie i się tym"
        " zajmuje. Nowy termin: [until]."
    ),
    instead="Co chcesz w zamian",
    charge="Do dopłaty jest różnica [amount]. Sklep prześle, jak zapłacić.",
    grade="Stan [grade]",
    expired=(
        "Paczki nie wysłano na czas, dlatego ten zwrot zakończono. Możesz poprosić ponownie; jeśli"
        " to już niemożliwe albo paczka jest w drodze, napisz do sklepu."
    ),
    ask_again="Poproś ponownie",
    save="Zapisz jako obraz",
    partly="Część wypłacono; reszta nastąpi.",
    found="Zdjęcie [n]: [item]",
    reply="Napisz w sprawie tego artykułu",
    fates={
        "send_back": "Zostanie odesłany do Ciebie.",
        "donate": "Trafi do kogoś, komu się przyda.",
        "discard": "Zostanie zutylizowany.",
        "choose": "Wybierz powyżej, co ma się z nim stać.",
        "shop": "Na razie zostaje w sklepie. Jeśli chcesz go z powrotem, napisz do sklepu.",
    },
    paid="Wypłacono",
    still="Do wypłaty",
    payments={
        "refund": "Zwrot pieniędzy",
        "store_credit": "Środki w sklepie",
    },
    payment_states={
        "to_come": "nastąpi",
        "under_way": "w drodze",
        "paid": "wypłacono: [day]",
        "failed": "nie dotarło; sklep się tym zajmuje",
    },
)
