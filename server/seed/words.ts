/** Names and talk of the demo data, in eight languages. */

/** `c` = customer, `a` = agent, `n` = private note; one line each. */
export type Line = readonly ['c' | 'a' | 'n', string];

export interface Language {
  code: string;
  country: string;
  city: string;
  dial: string;
  first: readonly string[];
  last: readonly string[];
  talks: readonly (readonly Line[])[];
}

export const languages: readonly Language[] = [
  {
    code: 'en',
    country: 'GB',
    city: 'Leeds',
    dial: '+44',
    first: ['Olivia', 'Harry', 'Amelia', 'Jack', 'Isla', 'Noah', 'Grace', 'Theo', 'Ruby', 'Callum'],
    last: [
      'Ashworth',
      'Bennett',
      'Clarke',
      'Dawson',
      'Ellis',
      'Fletcher',
      'Hargreaves',
      'Kaur',
      'Okafor',
      'Whitfield',
    ],
    talks: [
      [
        ['c', 'Hi, where is my parcel? It should have been here on Tuesday.'],
        ['a', 'Good morning! Let me look at the tracking for you.'],
        ['n', 'Carrier says the van broke down, new slot tomorrow.'],
        ['a', 'The parcel is at the depot in your town and comes tomorrow between 9 and 12.'],
        ['c', 'Can they leave it with the neighbour at number 14?'],
        ['a', 'Of course, I have told the carrier.'],
        ['c', 'And will I get a text before it arrives?'],
      ],
      [
        ['c', 'I was charged twice for the same order.'],
        ['a', 'I am sorry about that. Could you give me the order number?'],
        ['c', 'It is the one from last Friday, two payments of 48.90.'],
        ['n', 'Second charge is only a reservation, drops off after 3 days.'],
        ['a', 'The second line is a reservation and disappears within three days.'],
        ['c', 'My bank says it is booked, not reserved. Please check again.'],
      ],
      [
        ['c', 'I cannot sign in any more since the update.'],
        ['a', 'Which message do you see?'],
        ['c', 'It says that my session has expired, again and again.'],
        ['a', 'Please try the reset link I have just sent.'],
        ['c', 'The link opens a blank page.'],
      ],
    ],
  },
  {
    code: 'de',
    country: 'DE',
    city: 'Kiel',
    dial: '+49',
    first: ['Jonas', 'Mara', 'Ivo', 'Leonie', 'Felix', 'Greta', 'Björn', 'Käthe', 'Till', 'Annika'],
    last: [
      'Brandt',
      'Lindner',
      'Groß',
      'Möller',
      'Petersen',
      'Schröder',
      'Vogt',
      'Weiß',
      'Zander',
      'Hofmann',
    ],
    talks: [
      [
        ['c', 'Guten Tag, meine Rechnung stimmt nicht: die Gutschrift fehlt.'],
        ['a', 'Guten Tag! Ich sehe mir die Rechnung gerne an.'],
        ['n', 'Gutschrift liegt im System, wurde aber nicht verrechnet.'],
        ['a', 'Die Gutschrift wird mit der nächsten Abbuchung verrechnet.'],
        ['c', 'Mir wäre eine Überweisung lieber. Geht das auch?'],
      ],
      [
        ['c', 'Der Router startet jede Nacht neu, seit drei Tagen.'],
        ['a', 'Leuchtet die zweite Anzeige dabei rot oder gelb?'],
        ['c', 'Gelb, und dann geht gar nichts mehr.'],
        ['a', 'Ich habe eine Messung der Leitung angestoßen.'],
        ['c', 'Wann bekomme ich das Ergebnis?'],
      ],
      [
        ['c', 'Ich möchte meinen Vertrag zum Monatsende ändern.'],
        ['a', 'Sehr gerne. In welchen Tarif möchten Sie wechseln?'],
        ['c', 'In den kleineren, wir nutzen nur die Hälfte.'],
      ],
    ],
  },
  {
    code: 'fr',
    country: 'FR',
    city: 'Lyon',
    dial: '+33',
    first: ['Camille', 'Éloïse', 'Hugo', 'Inès', 'Lucas', 'Manon', 'Noé', 'Zoé', 'Raphaël', 'Chloé'],
    last: [
      'Bernard',
      'Chevalier',
      'Dubois',
      'Faure',
      'Girard',
      'Lefèvre',
      'Mercier',
      'Perrin',
      'Roussel',
      'Vidal',
    ],
    talks: [
      [
        ['c', 'Bonjour, je souhaite retourner un article trop petit.'],
        ['a', 'Bonjour ! Préférez-vous un échange ou un remboursement ?'],
        ['c', 'Un échange en taille 42, s’il vous plaît.'],
        ['n', 'Taille 42 de nouveau en stock vendredi.'],
        ['a', 'La taille 42 part vendredi, l’étiquette de retour est dans votre boîte mail.'],
        ['c', 'Je ne trouve pas l’étiquette, pouvez-vous la renvoyer ?'],
      ],
      [
        ['c', 'Ma carte a été refusée alors que le compte est approvisionné.'],
        ['a', 'Avez-vous reçu une demande de confirmation de votre banque ?'],
        ['c', 'Non, rien du tout.'],
      ],
    ],
  },
  {
    code: 'es',
    country: 'ES',
    city: 'Sevilla',
    dial: '+34',
    first: ['Lucía', 'Mateo', 'Sofía', 'Álvaro', 'Carmen', 'Diego', 'Inés', 'Martín', 'Paula', 'Iker'],
    last: [
      'Álvarez',
      'Castillo',
      'Domínguez',
      'Fuentes',
      'Herrera',
      'Ibáñez',
      'Núñez',
      'Ortega',
      'Prieto',
      'Vega',
    ],
    talks: [
      [
        ['c', 'Hola, no puedo descargar la factura de marzo.'],
        ['a', 'Hola, ¿qué ocurre al pulsar el botón?'],
        ['c', 'Se queda cargando y después vuelve a la página de inicio.'],
        ['a', 'Le envío la factura por correo ahora mismo.'],
        ['c', '¿Y las de enero y febrero también?'],
      ],
      [
        ['c', 'El técnico no vino ayer y nadie me avisó.'],
        ['a', 'Lo siento mucho. Busco una cita nueva.'],
        ['n', 'Segunda cita fallida: ofrecer compensación.'],
        ['a', '¿Le viene bien mañana por la tarde?'],
        ['c', 'Solo puedo a partir de las seis.'],
      ],
    ],
  },
  {
    code: 'tr',
    country: 'TR',
    city: 'İzmir',
    dial: '+90',
    first: ['Ayşe', 'Emre', 'Zeynep', 'Çağlar', 'Elif', 'Ömer', 'Şule', 'Kerem', 'Gül', 'Işıl'],
    last: ['Aydın', 'Çelik', 'Demir', 'Erdoğmuş', 'Güneş', 'Kaya', 'Öztürk', 'Şahin', 'Türkmen', 'Yıldız'],
    talks: [
      [
        ['c', 'Merhaba, siparişim iki gündür hazırlanıyor görünüyor.'],
        ['a', 'Merhaba, hemen kontrol ediyorum.'],
        ['a', 'Depoda bir ürün eksikmiş, bugün kargoya veriliyor.'],
        ['c', 'Eksik ürün olmadan gönderebilir misiniz?'],
      ],
      [
        ['c', 'Uygulama açılır açılmaz kapanıyor.'],
        ['a', 'Hangi telefonu kullanıyorsunuz?'],
        ['c', 'Eski bir model, güncelleme artık gelmiyor.'],
      ],
    ],
  },
  {
    code: 'ar',
    country: 'AE',
    city: 'دبي',
    dial: '+971',
    first: ['ليلى', 'عمر', 'مريم', 'يوسف', 'نور', 'خالد', 'سلمى', 'طارق', 'هدى', 'سامي'],
    last: ['الحداد', 'المنصوري', 'الخطيب', 'العلي', 'النجار', 'القاسم', 'الشامي', 'الرشيد'],
    talks: [
      [
        ['c', 'مرحبا، لم يصل طلبي حتى الآن.'],
        ['a', 'مرحبا بك، سأتحقق من حالة الشحنة.'],
        ['a', 'الشحنة في مركز التوزيع وتصل غدا.'],
        ['c', 'هل يمكن تغيير عنوان التسليم؟'],
      ],
      [
        ['c', 'أريد استرداد المبلغ الذي دفعته الأسبوع الماضي.'],
        ['a', 'هل يمكنك إرسال رقم الطلب؟'],
        ['c', 'الرقم هو A-4471.'],
      ],
    ],
  },
  {
    code: 'he',
    country: 'IL',
    city: 'חיפה',
    dial: '+972',
    first: ['נועה', 'איתי', 'תמר', 'יונתן', 'שירה', 'דניאל', 'מאיה', 'אורי'],
    last: ['כהן', 'לוי', 'מזרחי', 'פרידמן', 'ביטון', 'אברהם', 'שפירא', 'גולן'],
    talks: [
      [
        ['c', 'שלום, החשבונית שקיבלתי לא נכונה.'],
        ['a', 'שלום, אשמח לבדוק. מה מספר החשבונית?'],
        ['c', 'המספר הוא 20318, הסכום כפול.'],
      ],
      [
        ['c', 'אני לא מצליחה להתחבר לחשבון שלי.'],
        ['a', 'האם ניסית לאפס את הסיסמה?'],
        ['c', 'כן, ולא קיבלתי שום הודעה.'],
      ],
    ],
  },
  {
    code: 'ja',
    country: 'JP',
    city: '大阪',
    dial: '+81',
    first: ['陽菜', '蓮', '結衣', '大翔', '美咲', '悠真', 'さくら', '健太'],
    last: ['佐藤', '鈴木', '高橋', '田中', '渡辺', '伊藤', '中村', '小林'],
    talks: [
      [
        ['c', 'こんにちは。注文した商品が届いていません。'],
        ['a', 'ご連絡ありがとうございます。確認いたします。'],
        ['n', '配送業者に問い合わせ済み。'],
        ['a', '明日の午前中にお届け予定です。'],
        ['c', '時間を午後に変更できますか。'],
      ],
      [
        ['c', '請求書の宛名を変更したいです。'],
        ['a', '新しい宛名を教えていただけますか。'],
        ['c', '株式会社ミナトでお願いします。'],
      ],
    ],
  },
];

/** Agents by name; the first ones are always there, and two of them write from right to left. */
export const agentNames: readonly string[] = [
  'Tom Becker',
  'Sara Nilsson',
  'يوسف الحداد',
  'Mei Tanaka',
  'Priya Raman',
  'נועה לוי',
  'Zeynep Kaya',
  'Lucas Moreau',
  'Elena Petrova',
  'Diego Fuentes',
  'Amara Okafor',
  'Finn O’Connor',
  'Hannah Vogel',
  'Kwame Mensah',
  'Ingrid Solberg',
  'Rafael Costa',
  'Aoife Byrne',
  'Milan Novák',
  'Chiara Rossi',
  'Jin Park',
];

/** At the live-agent level these positions are shown masked. */
export const maskedNames: Readonly<Record<number, string>> = { 10: 'Agent x4gH5tZ', 11: 'Agent Qm81rTb' };

export const teamNames: readonly { name: string; description: string; autoAssign: boolean }[] = [
  { name: 'Billing', description: 'Invoices, refunds and payments', autoAssign: false },
  { name: 'Technical Support', description: 'Sign-in, devices and outages', autoAssign: true },
  { name: 'Returns', description: 'Exchanges and returns', autoAssign: false },
  { name: 'VIP Care', description: 'Customers with a personal contact', autoAssign: true },
  { name: 'Onboarding', description: 'First steps of new customers', autoAssign: false },
  { name: 'Deliveries', description: 'Carriers and delivery slots', autoAssign: true },
  { name: 'Contracts', description: 'Changes and cancellations', autoAssign: false },
  { name: 'Night Shift', description: 'From 22 to 6', autoAssign: true },
];

export const inboxSeeds: readonly { name: string; channel: string; phone: string | null; auto: boolean }[] = [
  { name: 'Website chat', channel: 'Channel::WebWidget', phone: null, auto: false },
  { name: 'WhatsApp', channel: 'Channel::Whatsapp', phone: '+4915100000001', auto: false },
  { name: 'E-mail', channel: 'Channel::Email', phone: null, auto: false },
  { name: 'Voice bot handover', channel: 'Channel::Api', phone: null, auto: false },
  { name: 'Mobile app', channel: 'Channel::Api', phone: null, auto: true },
];

export const labelSeeds: readonly { title: string; color: string; description: string }[] = [
  { title: 'refund', color: '#e5484d', description: 'Money back' },
  { title: 'vip', color: '#8e4ec6', description: 'Personal contact' },
  { title: 'delivery', color: '#0090ff', description: 'Parcels and carriers' },
  { title: 'invoice', color: '#f76b15', description: 'Invoices' },
  { title: 'login', color: '#12a594', description: 'Sign-in trouble' },
  { title: 'complaint', color: '#cd2b31', description: 'Unhappy customers' },
  { title: 'follow-up', color: '#30a46c', description: 'Call back' },
];
