## Every page

skip-to-content = Перейти до тексту
front-page = Головна
feed = Стрічка
sign-in = Увійти
sign-out = Вийти
paging = Інші сторінки
paging-newest = Найновіші статті
paging-older-articles = Давніші статті
language-english = English
language-ukrainian = Українська

## Reading

front-empty = Ще нічого не опубліковано.
article-by = Автор:
article-source = Джерело:
article-appeal = Слово від редакції
replies-heading = { $count ->
    [one] { $count } відповідь
    [few] { $count } відповіді
    [many] { $count } відповідей
   *[other] { $count } відповіді
}
replies-count = { $count ->
    [0] Без відповідей
    [one] { $count } відповідь
    [few] { $count } відповіді
    [many] { $count } відповідей
   *[other] { $count } відповіді
}
replies-none = Відповідей ще немає
replies-closed = Обговорення закрито.
reply = Відповісти
reply-to-name = Відповісти: { $name }
reply-in-answer-to = у відповідь:

## Leaving a reply

leave-a-reply = Залишити відповідь
email-not-published = Ваша електронна адреса не буде опублікована.
required-marked = Обов’язкові поля позначено
field-comment = Коментар
field-comment-hint = Працює Markdown: *виділення*, [посилання](https://example.org), списки, > цитати, `код`.
field-name = Ім’я
field-email = Електронна пошта
field-website = Сайт
field-trap = Залиште це поле порожнім
remember-me = Зберегти моє ім’я, електронну пошту та сайт у цьому браузері для моїх наступних коментарів.
post-comment = Опублікувати коментар
tell-answers = Повідомляти мене про відповіді мені
tell-everything = Повідомляти мене про кожну відповідь тут
tell-hint = Електронною поштою, не частіше ніж раз на годину, доки не скажете «досить». Першого разу ми надішлемо посилання, щоб упевнитися, що адреса ваша.
preview = Переглянути
preview-explained = Так це побачать усі. Ще нічого не надіслано.
reply-said-already = Ви це вже написали, і воно в нас. Двічі нічого не збережено; ваші слова нижче, якщо захочете сказати щось інше.
reply-too-soon = { $count ->
    [one] Зашвидко: щойно від вас або з вашої мережі надійшла інша відповідь. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунду.
    [few] Зашвидко: щойно від вас або з вашої мережі надійшла інша відповідь. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунди.
    [many] Зашвидко: щойно від вас або з вашої мережі надійшла інша відповідь. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунд.
   *[other] Зашвидко: щойно від вас або з вашої мережі надійшла інша відповідь. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунди.
}
cancel-reply = Скасувати відповідь
you-are-answering = Ви відповідаєте:
mistakes = { $count ->
    [one] Відповідь ще не надіслано. Треба виправити { $count } річ:
    [few] Відповідь ще не надіслано. Треба виправити { $count } речі:
    [many] Відповідь ще не надіслано. Треба виправити { $count } речей:
   *[other] Відповідь ще не надіслано. Треба виправити { $count } речі:
}
field-unreadable = Тут були знаки, що не є текстом. Ми їх прибрали; перегляньте, будь ласка, і надішліть ще раз.
field-too-long = Це задовго; будь ласка, скоротіть.
reply-comment-missing = Будь ласка, напишіть коментар.
reply-comment-too-long = Коментар довший за дозволений на { $count ->
    [one] { $count } байт
    [few] { $count } байти
    [many] { $count } байтів
   *[other] { $count } байта
}. Скоротіть його або надішліть частинами.
reply-name-missing = Будь ласка, вкажіть ім’я; годиться будь-яке.
reply-name-too-long = Ім’я задовге; щонайбільше 245 байтів.
reply-name-is-address = Це електронна адреса, а ім’я бачать усі. Будь ласка, вкажіть ім’я; годиться будь-яке.
reply-email-missing = Будь ласка, вкажіть електронну адресу. Її не буде опубліковано.
reply-email-malformed = Це не електронна адреса; вона має вигляд name@example.org.
reply-email-too-long = Ця електронна адреса довша, ніж дозволяє пошта.
reply-website-wrong = Це не адреса сайту; вона має вигляд https://example.org. Поле можна залишити порожнім.
reply-website-too-long = Ця адреса задовга, коли її записано повністю: щонайбільше 200 байтів. Вистачить адреси самого сайту.
reply-answered-gone = Коментаря, на який ви відповідали, вже немає. Ви ще можете опублікувати свій текст як відповідь на статтю.
reply-article-gone = Цієї статті вже немає, тому вашу відповідь не збережено. Ось ваш текст, якщо він вам потрібен.
replies-closed-kept = Обговорення цієї статті закрито, тому вашу відповідь не збережено. Ось ваш текст, якщо він вам потрібен.
reply-too-fast = { $count ->
    [one] Зашвидко: з вашої мережі надійшло забагато відповідей. Нічого не втрачено; надішліть ще раз за { $count } секунду.
    [few] Зашвидко: з вашої мережі надійшло забагато відповідей. Нічого не втрачено; надішліть ще раз за { $count } секунди.
    [many] Зашвидко: з вашої мережі надійшло забагато відповідей. Нічого не втрачено; надішліть ще раз за { $count } секунд.
   *[other] Зашвидко: з вашої мережі надійшло забагато відповідей. Нічого не втрачено; надішліть ще раз за { $count } секунди.
}
reply-unavailable = Відповідь не збережено: наша база даних зараз не відповідає. Ваш текст нижче; надішліть його ще раз за хвилину. Якщо він усе ж надійшов, повторне надсилання звідси не створить другої відповіді.
reply-not-saved = Відповідь не збережено: щось зламалося в нас. Ваш текст нижче; надішліть його ще раз. Якщо писатимете нам про це, назвіть код { $reference }.
reply-not-kept-title = Відповідь ще не надіслано
reply-your-words = Ваш текст
held-title = Ваш коментар
held-back-to = Назад до «{ $title }»
own-already = Ви це вже написали, тож ми зберегли це один раз. Ось воно.
own-changed = Зміну збережено.
own-mailed = Ми надіслали посилання на вашу адресу. Відкрийте його, і цей браузер знатимуть як ваш. Надіслане протягом останньої години ще діє.
own-held = Ваш коментар чекає на модерацію
own-held-explained = Він у нас. Модератор його прочитає; щойно його схвалять, прочитати зможуть усі. Ця сторінка лише для вас: збережіть її адресу, щоб повернутися, якийсь час змінювати свої слова й будь-коли забрати їх.
own-approved = Ваш коментар опубліковано
own-approved-explained = Його можуть прочитати всі. Ця сторінка лише для вас: збережіть її адресу, щоб якийсь час змінювати свої слова й будь-коли забрати їх.
own-spam = Ваш коментар відкладено як спам
own-spam-explained = Його збережено там, де його бачать модератори. Якщо це помилка, вони можуть його повернути.
own-trashed = Ваш коментар не опубліковано
own-trashed-explained = Вирішено його не публікувати. Ви все ще можете видалити свої слова назавжди.
own-erased = Ви видалили свій коментар
own-erased-explained = Його слів тут більше немає, назавжди. Якщо хтось на нього відповів, ті відповіді лишаються.
own-why = Ось чому він чекає:
own-read = Прочитати на місці
own-prove = Це ваша адреса?
own-prove-explained = Ми можемо надіслати вам посилання, яке це доведе. Відтоді відповіді з цього браузера вважатимуться відповідями знайомої людини, а все вами написане буде на одній сторінці.
own-prove-act = Надіслати мені посилання
own-change = Змінити свої слова
own-change-until = Змінити можна до { $moment }. Змінені слова переглядають так само, як нові.
own-change-act = Зберегти зміну
own-delete = Видалити цей коментар
own-delete-explained = Його слова зникнуть одразу й назавжди; ніхто не зможе їх повернути.
own-delete-act = Видалити зараз
own-too-late = Цей коментар уже не можна змінити. Його можна видалити, а слова надіслати наново. Ось слова, які ви щойно набрали.
own-overtaken = Відколи ви відкрили цю сторінку, коментар змінили або про нього вирішили. Ось слова, які ви щойно набрали; гляньте, що там тепер, і надішліть їх ще раз, якщо вони досі доречні.
own-too-fast = { $count ->
    [one] Зашвидко. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунду.
    [few] Зашвидко. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунди.
    [many] Зашвидко. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунд.
   *[other] Зашвидко. Нічого з набраного не втрачено; надішліть ще раз за { $count } секунди.
}
own-gone = Адреса цієї сторінки більше не діє, тож нічого не змінено. Ось ваші слова.
own-unavailable = Цього не зроблено: наша база даних саме зараз не відповідає. Якщо ви змінювали слова, вони нижче; поверніться й надішліть їх за мить ще раз.
own-broke = Цього не зроблено: у нас щось пішло не так. Якщо ви змінювали слова, вони нижче. Якщо писатимете нам про це, назвіть { $reference }.

## One's own page

mine-title = Ваші коментарі
mine-prove-explained = Це посилання надійшло лише на вашу електронну адресу. Скажіть, що це ви його просили, і відтепер відповіді з цього браузера вважатимуться відповідями знайомої людини.
mine-prove-browser-explained = Цього браузера ще не знають як вашого. Якщо він ваш, скажіть це, і відповіді з нього вважатимуться відповідями знайомої людини.
mine-prove-act = Так, це моя адреса
mine-proved = Дякуємо. Адреса ваша, і цей браузер тепер знають.
mine-asked = Ви просили повідомляти вас про
mine-silenced = Пошта на вашу адресу повернулася, тож ми перестали її надсилати. Якщо адреса знову працює, натисніть кнопку нижче.
mine-comments = Що ви написали
mine-no-comments = Ще нічого.
mine-look = Глянути, змінити чи видалити
mine-older = Давніші коментарі
mine-told = Про що вас повідомляють
mine-told-nothing = Ні про що; щоб дізнаватися про відповіді, поставте позначку під формою відповіді.
mine-told-answers = Відповіді вам
mine-told-everything = Кожна відповідь
mine-end = Досить
mine-end-one = Більше не повідомляти про «{ $title }»
mine-ended = Про це ви більше не чутимете.
mine-data = Ваші дані
mine-data-take = Забрати їх усі з собою, файлом
mine-browsers = { $count ->
    [one] Як ваш відомий { $count } браузер
    [few] Як ваші відомі { $count } браузери
    [many] Як ваші відомі { $count } браузерів
   *[other] Як ваші відомі { $count } браузера
}
mine-forget-explained = Забути їх усі, скажімо, після чужого комп’ютера. Посилання, яке привело вас сюди, теж перестане діяти; наступне надійде поштою, коли попросите.
mine-forget-act = Забути всі браузери й це посилання
mine-forgotten = Забуто
mine-forgotten-explained = Жодного браузера більше не знають як вашого, і старе посилання не діє. Щоб отримати нове, залиште відповідь із позначкою або натисніть «Надіслати мені посилання» на сторінці одного зі своїх коментарів.
mine-erase = Стерти все
mine-erase-explained = Усі ваші коментарі, де б вони не стояли, назавжди втратять слова й ваше ім’я; повідомлення припиняться; адресу буде видалено. Відповіді інших лишаться. Скасувати це не зможе ніхто.
mine-erase-sure = Так, стерти все
mine-erase-act = Стерти все зараз
mine-erased = Усе стерто
mine-erased-explained = { $count ->
    [0] Коментарів не було; адресу видалено.
    [one] { $count } коментар і вашу адресу видалено.
    [few] { $count } коментарі й вашу адресу видалено.
    [many] { $count } коментарів і вашу адресу видалено.
   *[other] { $count } коментаря й вашу адресу видалено.
}
mine-erased-blocked = Вашою адресою тут користуватися не можна, тож вона лишається, запечатана й без нічого іншого, щоб так і було.
unsubscribe-title = Припинити ці листи
unsubscribe-explained = Вас повідомляють поштою про відповіді на «{ $title }». Один натиск — і про це ви більше не чутимете.
unsubscribe-act = Припинити
unsubscribe-all = Усе, що ви написали
unsubscribe-all-explained = Усе вами написане й усе, про що вас повідомляють, є на одній сторінці. Заради вашої безпеки посилання на неї немає в листах, як той, з якого ви прийшли: ми надішлемо його вам.
unsubscribe-done = Про це ви більше не чутимете
unsubscribe-done-explained = Листів про ці відповіді більше не буде. Той, що вже в дорозі, ще може надійти.

## Letters to commenters

letter-proof-subject = Це ваша адреса? – { $title }
letter-proof-why = Хтось, найімовірніше ви, залишив відповідь на сайті { $title } з цією адресою й попросив про листи. Відкрийте цю сторінку й натисніть на ній кнопку, щоб сказати, що адреса ваша:
letter-proof-act = Сказати, що вона моя
letter-proof-then = Відтоді відповіді з того браузера вважатимуться відповідями знайомої людини. На тій самій сторінці є все вами написане, і там можна припинити будь-які повідомлення. Збережіть цей лист, щоб знайти її знову.
letter-proof-not-you = Якщо це були не ви, нічого не робіть: без вашого натиску на кнопку ми ні про що не повідомлятимемо, а питатимемо щонайбільше тричі.
letter-answers-subject = { $count ->
    [one] { $count } відповідь вам на «{ $title }»
    [few] { $count } відповіді вам на «{ $title }»
    [many] { $count } відповідей вам на «{ $title }»
   *[other] { $count } відповіді вам на «{ $title }»
}
letter-answers = { $count ->
    [one] { $count } відповідь вам на «{ $title }»:
    [few] { $count } відповіді вам на «{ $title }»:
    [many] { $count } відповідей вам на «{ $title }»:
   *[other] { $count } відповіді вам на «{ $title }»:
}
letter-replies-subject = { $count ->
    [one] { $count } нова відповідь на «{ $title }»
    [few] { $count } нові відповіді на «{ $title }»
    [many] { $count } нових відповідей на «{ $title }»
   *[other] { $count } нової відповіді на «{ $title }»
}
letter-replies = { $count ->
    [one] { $count } нова відповідь на «{ $title }»:
    [few] { $count } нові відповіді на «{ $title }»:
    [many] { $count } нових відповідей на «{ $title }»:
   *[other] { $count } нової відповіді на «{ $title }»:
}
letter-more = { $count ->
    [one] І ще { $count }.
    [few] І ще { $count }.
    [many] І ще { $count }.
   *[other] І ще { $count }.
}
letter-read = Прочитати їх на місці
letter-read-this = Прочитати на місці
letter-why = Ви отримали це, бо попросили { $title } повідомляти вас про відповіді.
letter-end = Більше не повідомляти про ці

## When something goes wrong

error-reference = Якщо писатимете нам про це, назвіть код { $reference }.
error-to-front = Перейти на головну
error-not-found = Такої сторінки немає
error-not-found-advice = Можливо, в адресі помилка, або те, що тут стояло, прибрали. Найновіші статті — на головній.
missing-advice = Можливо, в адресі помилка, або те, що тут стояло, прибрали.
missing-perhaps = Можливо, ви шукали
missing-newest = Найновіші статті
error-forbidden = Це не дозволено
error-forbidden-advice = Або ваш обліковий запис цього не може, або форму надіслано з іншого сайту. Якщо ви щось набрали, поверніться назад: браузер це ще пам’ятає.
error-method = Ця адреса так не працює
error-method-advice = Поверніться назад і спробуйте ще раз із самої сторінки.
error-timeout = Це тривало задовго
error-timeout-advice = З’єднання надовго завмерло. Якщо ви щось набрали, поверніться назад і надішліть ще раз.
error-too-large = Це забагато за один раз
error-too-large-advice = Ви надіслали більше, ніж ми приймаємо. Поверніться назад: браузер ще пам’ятає набране. Скоротіть текст або надішліть частинами.
error-unavailable = Ми зараз повернемося
error-unavailable-advice = Наша база даних зараз не відповідає. Спробуйте ще раз за кілька секунд.
error-bad-request = Ми не змогли цього прочитати
error-bad-request-advice = Браузер надіслав щось, чого ми не розуміємо. Поверніться назад і спробуйте ще раз із самої сторінки.
error-internal = Щось пішло не так
error-internal-advice = Це наша провина, і ми її записали. Спробуйте, будь ласка, ще раз.

## Accounts

account-name = Ім’я
account-name-wrong = Вкажіть, будь ласка, ім’я, щонайбільше 245 байтів.
account-handle = Ім’я для входу
account-handle-hint = Одне слово для входу; читачі його не бачать.
account-handle-wrong = Ім’я для входу — одне слово, щонайбільше 60 знаків, без @.
account-handle-taken = Це ім’я для входу зайняте; виберіть, будь ласка, інше.
account-passphrase = Парольна фраза
account-passphrase-hint = Щонайменше 15 знаків; добре годяться кілька не пов’язаних між собою слів.
account-passphrase-wrong = Парольна фраза має від 15 до 1000 знаків; добре годяться кілька не пов’язаних між собою слів.
account-title = Ваш обліковий запис
account-saved = Парольну фразу змінено; сеанси в інших браузерах завершено.
account-another-passphrase = Інша парольна фраза
account-present = Теперішня парольна фраза
account-present-wrong = Це не ваша теперішня парольна фраза.
account-new = Нова парольна фраза
account-change = Змінити парольну фразу
account-everywhere = Вийти скрізь
account-everywhere-explained = Завершує ваші сеанси в усіх браузерах, і в цьому теж.
account-everywhere-act = Вийти скрізь
sign-in-wrong = Це ім’я і ця парольна фраза не підходять одне до одного.
sign-in-wait = { $count ->
    [one] Забагато спроб. Зачекайте { $count } секунду і спробуйте ще раз.
    [few] Забагато спроб. Зачекайте { $count } секунди і спробуйте ще раз.
    [many] Забагато спроб. Зачекайте { $count } секунд і спробуйте ще раз.
   *[other] Забагато спроб. Зачекайте { $count } секунди і спробуйте ще раз.
}
claim-title = Зробіть цей сайт своїм
claim-explained = Це посилання діє один раз. Воно створює першого адміністратора, який може тут усе.
claim-act = Зробити мене адміністратором
role-moderator = модератор
role-editor = редактор
role-admin = адміністратор
kept-signed-out-title = Ваш сеанс завершився
kept-signed-out-explained = Нічого з набраного не втрачено: воно на цій сторінці. Увійдіть знову в іншій вкладці, поверніться сюди й надішліть.
kept-sign-in = Увійти в іншій вкладці
kept-signed-out-again = Вхід виконано; надіслати ще раз
kept-unavailable-title = Це не збережено
kept-unavailable-explained = Наша база даних зараз не відповідає. Нічого з набраного не втрачено: воно на цій сторінці. Не закривайте її та надішліть ще раз за хвилину. Якщо все ж збереглося, ми про це скажемо або ви побачите це двічі.
kept-unavailable-again = Надіслати ще раз
kept-internal-title = Це не збережено
kept-internal-explained = Щось зламалося в нас. Нічого з набраного не втрачено: воно на цій сторінці, і його можна надіслати ще раз.
kept-internal-again = Надіслати ще раз

## The desk

desk = Робочий стіл
desk-comments = Коментарі
desk-articles = Статті
desk-settings = Налаштування
desk-waiting = очікують

## The queue

queue-parts = Частини черги
queue-held = Очікують
queue-approved = Схвалені
queue-spam = Спам
queue-trashed = Кошик
queue-empty-held = Нічого не очікує. Гарна робота.
queue-empty-approved = Схвалених коментарів ще немає.
queue-empty-spam = Спаму немає.
queue-empty-trashed = Кошик порожній.
queue-ticked = Усі позначені:
queue-tick-all = Позначити всі
queue-tick = Позначити коментар ({ $name })
queue-approve = Схвалити
queue-hold = Притримати
queue-trash = У кошик
queue-not-spam = Не спам
queue-restore = Відновити
queue-act-on = { $act }: коментар ({ $name })
queue-words-of = Коментар ({ $name })
queue-older = Давніші коментарі
queue-undo = Скасувати
queue-undone = { $count ->
    [one] Скасовано: { $count } коментар став, як був.
    [few] Скасовано: { $count } коментарі стали, як були.
    [many] Скасовано: { $count } коментарів стали, як були.
   *[other] Скасовано: { $count } коментаря стали, як були.
}
queue-done-held = { $count ->
    [one] { $count } коментар знову очікує.
    [few] { $count } коментарі знову очікують.
    [many] { $count } коментарів знову очікують.
   *[other] { $count } коментаря знову очікують.
}
queue-done-approved = { $count ->
    [one] Схвалено { $count } коментар.
    [few] Схвалено { $count } коментарі.
    [many] Схвалено { $count } коментарів.
   *[other] Схвалено { $count } коментаря.
}
queue-done-spam = { $count ->
    [one] Позначено як спам { $count } коментар.
    [few] Позначено як спам { $count } коментарі.
    [many] Позначено як спам { $count } коментарів.
   *[other] Позначено як спам { $count } коментаря.
}
queue-done-trashed = { $count ->
    [one] У кошику { $count } коментар.
    [few] У кошику { $count } коментарі.
    [many] У кошику { $count } коментарів.
   *[other] У кошику { $count } коментаря.
}
queue-none-ticked = Нічого не позначено, тож нічого й не вирішено.
queue-nothing-undone = Скасовувати вже нічого: відтоді вирішено інакше.
queue-overtaken = Рішення вже ухвалено: коментар ({ $name }) має стан «{ $status }» ({ $by }). Так і залишиться.
queue-changed = Про коментар від { $name } не вирішено: відколи ви відкрили чергу, його слова змінено. Прочитайте його, будь ласка, ще раз.
queue-decided-by = Останнє рішення: { $name }.
status-held = очікує
status-approved = схвалено
status-spam = спам
status-trashed = у кошику
reason-everything-is-held = Поки що притримується кожна відповідь.
reason-first-timer = Автора ще не знають: нічого з написаного досі не схвалено, або ніщо не доводить, що адреса справді його.
reason-links = { $count ->
    [one] У ній { $count } посилання.
    [few] У ній { $count } посилання.
    [many] У ній { $count } посилань.
   *[other] У ній { $count } посилання.
}
reason-hold-word = У ній є слово, на яке слід глянути: «{ $word }».
reason-refuse-word = У ній є заборонене слово: «{ $word }».
reason-blocked-address = Адресу автора заблоковано.
reason-blocked-domain = Адреси в домені { $domain } заблоковано.
reason-blocked-network = Мережу, з якої вона надійшла, заблоковано.
reason-trap-filled = Заповнено поле, якого люди не бачать.
reason-being-checked = Перевірка на спам ще не відповіла.
reason-checker-spam = Перевірка вважає її спамом.
reason-checker-silent = Перевірка на спам не відповіла.
told-everything-is-held = Кожну відповідь спершу читає модератор.
told-first-timer = Ми вас ще не знаємо: першу відповідь людини читає модератор.
told-links = { $count ->
    [one] У ньому { $count } посилання.
    [few] У ньому { $count } посилання.
    [many] У ньому { $count } посилань.
   *[other] У ньому { $count } посилання.
}
told-hold-word = У ньому є слово, на яке модератори хочуть глянути.
told-being-checked = Його перевіряють на спам; це триває з хвилину.
told-checker-silent = Перевірити його на спам не вдалося, тож це зробить модератор.
history-first = Перша відповідь із цієї адреси.
history-approved = { $count ->
    [one] Схвалено ще { $count } відповідь.
    [few] Схвалено ще { $count } відповіді.
    [many] Схвалено ще { $count } відповідей.
   *[other] Схвалено ще { $count } відповіді.
}
history-refused = { $count ->
    [one] Відхилено ще { $count } відповідь.
    [few] Відхилено ще { $count } відповіді.
    [many] Відхилено ще { $count } відповідей.
   *[other] Відхилено ще { $count } відповіді.
}

## Articles

list-empty = Статей ще немає.
standing-draft = Чернетка
standing-scheduled = Заплановано
standing-published = Опубліковано
editor-new = Нова стаття
editor-edit = Редагувати статтю
editor-read = Прочитати
editor-saved = Збережено.
editor-title = Заголовок
editor-title-missing = Статті потрібен заголовок.
editor-standfirst = Лід
editor-standfirst-hint = Одне-два речення під заголовком: про що стаття і чому варто читати далі.
editor-sources = Джерела
editor-body = Текст
editor-body-hint = Markdown: порожній рядок починає абзац, > — цитату, - — список, ### — підзаголовок.
editor-body-hint-html = HTML, яким він надійшов. Усе, що могло б виконуватися або тягнути щось іззовні, буде вилучено під час збереження.
editor-topics = Теми
editor-topics-hint = Назви, кожна з нового рядка. Назва, якої ще ніхто не вживав, створює нову тему.
editor-pinned = Перша на головній сторінці
editor-is-page = Сторінка, а не стаття
editor-is-page-hint = Сторінка, скажімо контакти, не з’являється на головній, у стрічці й темах; у її адресі немає дати.
note-protected = Цей текст надійшов із WordPress, де був під паролем. Тут він чернетка, щоб ніхто не прочитав його випадково.
note-private = Цей текст надійшов із WordPress, де його бачила лише редакція.
note-pending = Цей текст надійшов із WordPress, де чекав на редактора.
note-unknown = Цей текст надійшов із WordPress зі станом, якого Broadsheet не знає.
list-pinned = Перша на головній
list-page = Сторінка
editor-slug = Слаг
editor-slug-hint = Остання частина адреси. Залиште порожнім, і її буде зроблено із заголовка.
editor-slug-wrong = Слаг має до 100 знаків a–z, 0–9 і поодинокі дефіси між ними.
editor-address-taken = Адресу { $path } зайнято; виберіть інший слаг або інший день.
editor-moment = Дата публікації
editor-moment-hint = Порожньо означає зараз; майбутній момент планує статтю. Часовий пояс: { $zone }.
editor-moment-wrong = Це не дата й час; вони мають вигляд 2024-07-22T14:05.
editor-replies-open = Приймає відповіді
editor-save = Зберегти
editor-save-draft = Зберегти чернетку
editor-preview = Переглянути
editor-preview-label = Попередній перегляд: так статтю побачать читачі. Нічого не збережено.
editor-publish = Опублікувати
editor-unpublish = Назад у чернетки
editor-overtaken = Цю статтю вже збережено після того, як ви її відкрили: { $name }, { $moment }. Нічого вашого не втрачено: ваш текст у формі нижче, інший — тут. Зведіть їх докупи та збережіть; це замінить новішу версію.
editor-theirs = Новіша версія

## Lists

topic = Тема
topics = Теми:
topic-empty = На цю тему ще нічого не опубліковано.
author = Автор
search = Пошук
search-words = Які слова шукати
search-act = Шукати
search-nothing = Ніде немає всіх цих слів: { $words }.
comments-feed = Відповіді на сайті «{ $title }»
comment-on = { $name }: «{ $title }»
comment-anonymous = Анонім

## Settings

settings-saved = Налаштування збережено.
settings-kept = { $count ->
    [one] { $count } стаття зберігає попередню адресу: нова зайнята.
    [few] { $count } статті зберігають попередні адреси: нові зайняті.
    [many] { $count } статей зберігають попередні адреси: нові зайняті.
   *[other] { $count } статті зберігають попередні адреси: нові зайняті.
}
settings-overtaken = Хтось зберіг налаштування після того, як ви їх відкрили. Їхні — тут, ваші — у формі нижче; якщо зберегти зараз, ваші замінять їхні.
settings-title = Назва
settings-title-missing = Виданню потрібна назва.
settings-tagline = Підзаголовок
settings-language = Мова
settings-language-wrong = Виберіть, будь ласка, одну з мов.
settings-zone = Часовий пояс
settings-zone-wrong = Це не часовий пояс; він має вигляд Europe/Kyiv.
settings-permalink = Адреса статті
settings-permalink-hint = Старі адреси діють далі: вони ведуть на нові. Можна вживати
settings-permalink-malformed = Зразок адреси починається зі скісної риски й містить лише a–z, 0–9, дефіси, скісні риски та слова у фігурних дужках.
settings-permalink-not-unique = Зразкові потрібне {"{slug}"} або {"{id}"}, щоб дві статті не мали однієї адреси.
settings-permalink-reserved = Першу частину зразка зайняла сторінка сайту.
settings-appeal = Звернення
settings-appeal-hint = Стоїть під кожною статтею, над відповідями. Markdown.
settings-save = Зберегти налаштування

## Threads at any size

replies-pages = Сторінки відповідей
replies-page = Сторінка { $page } з { $pages }
replies-older = Давніші відповіді
replies-newer = Новіші відповіді
reply-by-author = Автор статті
reply-by-staff = Редакція
reply-edited = змінено
thread-more = { $count ->
    [one] Ще { $count } відповідь у цій гілці
    [few] Ще { $count } відповіді в цій гілці
    [many] Ще { $count } відповідей у цій гілці
   *[other] Ще { $count } відповіді в цій гілці
}
thread-heading = { $count ->
    [one] { $count } відповідь у цій гілці
    [few] { $count } відповіді в цій гілці
    [many] { $count } відповідей у цій гілці
   *[other] { $count } відповіді в цій гілці
}
thread-begins = На початок гілки
article-feed = Відповіді на статтю «{ $title }»

## How discussions are kept

desk-discussion = Обговорення
desk-blocks = Блокування
discussion-rules = Правила
discussion-saved = Збережено. Діє від наступної відповіді.
discussion-overtaken = Хтось зберіг налаштування після того, як ви відкрили цю сторінку. Усе, що ви ввели, — у формі нижче; якщо зберегти зараз, воно замінить збережене.
discussion-as-it-is = Подивитися, як є зараз
discussion-number-wrong = Вкажіть, будь ласка, ціле число від { $least } до { $most }.
discussion-threads = Гілки
discussion-depth = Рівні відповідей
discussion-depth-hint = Наскільки глибоко зсуваються відповіді на відповіді, від 2 до 10. Глибші стоять на останньому рівні.
discussion-newest-first = Спершу найновіші відповіді
discussion-newest-first-hint = Відповіді під відповіддю стоять у тому порядку, в якому їх написано.
discussion-closing = Закриття
discussion-close = Закривати обговорення через стільки днів
discussion-close-hint = Від публікації статті. 0 — ніколи.
discussion-holding = Що чекає на модератора
discussion-hold-everything = Кожна відповідь
discussion-first-timers = Відповіді людей, у яких ще нічого не схвалено
discussion-first-timers-hint = Людину знають, коли вона довела, що адреса її, і хоч одну її відповідь схвалено.
discussion-first-timers-without-mail = Цей сайт не надсилає листів, тож довести адресу ніхто не може: з цією позначкою чекає кожна відповідь, хіба що поставлено й наступну.
discussion-unproven = Довіряти раніше схваленим імені й адресі без підтвердження
discussion-unproven-hint = Подумайте двічі: хто вгадає адресу схваленої вами людини, той одразу зможе писати під її іменем і побачить із цього, що адресу вгадано.
discussion-links = Відповіді, де стільки посилань або більше
discussion-links-hint = Сайт біля імені не рахується. 0 — ніколи.
discussion-syntax = Переглядаються імена, сайти й слова відповідей, але ніколи не адреси. Кожен рядок списку — окремий запис; великі й малі літери не розрізняються.
discussion-syntax-words = саме ці слова, а не частини довших
discussion-syntax-open = також усередині довших слів: зірочка лишає цей край відкритим
discussion-syntax-regex = між скісними рисками — регулярний вираз
discussion-hold-words = Затримувати відповіді, де є
discussion-hold-words-hint = Вони чекають на модератора.
discussion-refuse-words = Відхиляти відповіді, де є
discussion-refuse-words-hint = Вони йдуть у кошик, хоч би що було дозволено інакше.
discussion-try = Випробувати слова
discussion-try-hint = Показує, що обидва списки зробили б з останньою тисячею коментарів. Нічого не зберігається.
discussion-only-tried = Слова випробувано; ще нічого не збережено.
discussion-see-tried = Подивитися, що вони зробили б
wrong-line-regex = Рядок { $line } — не регулярний вираз, або він завеликий.
wrong-line-too-long = Рядок { $line } задовгий: щонайбільше 500 байтів.
wrong-line-too-broad = Рядок { $line } знайшовся б у кожній відповіді.
wrong-line-too-many = Від рядка { $line } їх забагато: у списку щонайбільше 20 000 рядків, із них 200 регулярних виразів.
tried-on = { $count ->
    [0] Ще немає коментарів, щоб випробувати.
    [one] Випробувано на останньому { $count } коментарі.
    [few] Випробувано на останніх { $count } коментарях.
    [many] Випробувано на останніх { $count } коментарях.
   *[other] Випробувано на останніх { $count } коментаря.
}
tried-line = Рядок
tried-entry = Запис
tried-result = Наслідок
tried-all = Увесь список
tried-hold = затримав би { $all }, з них схвалено { $approved }
tried-refuse = відхилив би { $all }, з них схвалено { $approved }
tried-hold-none = Рядок { $line } не затримав би жодного.
tried-refuse-none = Рядок { $line } не відхилив би жодного.
tried-refused = { $count ->
    [one] { $count } — спам або в кошику
    [few] { $count } — спам або в кошику
    [many] { $count } — спам або в кошику
   *[other] { $count } — спам або в кошику
}
tried-more = { $count ->
    [one] Ще { $count } рядок щось зробив би.
    [few] Ще { $count } рядки щось зробили б.
    [many] Ще { $count } рядків щось зробили б.
   *[other] Ще { $count } рядка щось зробили б.
}
discussion-floods = Потоки
discussion-flood = Секунд між двома відповідями
discussion-flood-hint = З однієї адреси чи однієї мережі. Хто пише швидше, отримає відповідь назад, щоб надіслати ще раз. 0 — без паузи.
discussion-after = Після надсилання
discussion-edit = Хвилин, протягом яких можна змінити свою відповідь
discussion-edit-hint = Змінену відповідь розглядають наново. 0 — зовсім не можна.
discussion-privacy = Приватність
discussion-network-days = Днів, протягом яких зберігається мережа відповіді
discussion-network-days-hint = Запечатана, щоб її можна було повідомити перевірці спаму. 0 — ніколи: не зберігається зовсім.
discussion-checker = Перевірка спаму
discussion-checker-url = Її адреса
discussion-checker-url-hint = Служба, що працює за протоколом Akismet, скажімо https://rest.akismet.com. Якщо стерти, нікого не питають, а ключ вилучається.
discussion-checker-wrong = Це не адреса перевірки; вона починається з https://. Лише на цій самій машині може бути http.
discussion-checker-key = Її ключ
discussion-key-kept = Ключ збережено запечатаним. Залиште порожнім, щоб він лишився.
discussion-key-none = Ключ, який вам дала служба. Він зберігається запечатаним і більше не показується.
discussion-key-missing = Перевірці потрібен ключ.
discussion-key-wrong = Ключ — це щонайбільше 200 літер, цифр і знаків без пробілів.
discussion-key-forget = Вилучити ключ і більше не питати перевірку
discussion-told = Що їй повідомляють про відповідь
discussion-told-words = Її слова
discussion-told-name = Ім’я
discussion-told-website = Сайт
discussion-told-address = Адресу електронної пошти
discussion-told-network = Мережу, з якої вона надійшла
discussion-told-article = Адресу статті
discussion-told-hint = Чого не позначено, того не повідомляють.
discussion-save = Зберегти

## Blocks

blocks-explained = Відповіді звідси йдуть у кошик. Чому — нікому не кажуть.
blocks-blocked = Заблоковано.
blocks-unblocked = Розблоковано.
blocks-block = Заблокувати
blocks-unblock = Розблокувати
blocks-unblock-it = Розблокувати { $place }
blocks-addresses = Адреси електронної пошти
blocks-email = Заблокувати адресу електронної пошти
blocks-email-hint = Її одразу запечатують і більше ніде не показують.
blocks-an-address = Адреса
blocks-since = заблоковано { $day }
blocks-since-by = заблоковано { $day }, { $name }
blocks-nothing-typed = Введіть, будь ласка, що заблокувати.
blocks-domains = Домени адрес
blocks-domain = Заблокувати домен
blocks-domain-hint = Усі адреси в ньому та в доменах під ним: example.org — це й news.example.org.
blocks-domain-wrong = Це не домен, який можна заблокувати; він має вигляд example.org.
blocks-networks = Мережі
blocks-network = Заблокувати мережу
blocks-network-hint = IP-адреса, скажімо 192.0.2.7, або мережа, скажімо 192.0.2.0/24. Адреса IPv6 означає всю свою мережу /64.
blocks-network-wrong = Це не IP-адреса й не мережа; вони мають вигляд 192.0.2.7 і 192.0.2.0/24.
blocks-network-too-wide = У цій мережі забагато людей: найширша, яку можна заблокувати, — /8, а для IPv6 — /16.

## Moderating

queue-only-article = Лише ця стаття
queue-person = Більше про автора
queue-reply = Відповісти
queue-edit = Змінити
queue-likelihood = Імовірність відмови { $percent } %
queue-failed = Рішення не збережено: сайт не відповів. Коментар повернуто, спробуйте ще раз.
queue-signed-out = Ваш сеанс завершився, тож рішення не збережено. Увійдіть в іншій вкладці й спробуйте ще раз.
queue-elsewhere = #1: тепер #2.
queue-brought-back = Коментар (#1) повернуто.
queue-new = Нових: #
queue-now-held = очікує
queue-now-approved = схвалено
queue-now-spam = спам
queue-now-trashed = у кошику
history-held = { $count ->
    [one] Очікує { $count }
    [few] Очікують { $count }
    [many] Очікують { $count }
   *[other] Очікують { $count }
}
history-since = уперше тут { $day }
history-none = Надіслано без адреси
history-network = { $count ->
    [one] Ще { $count } з тієї самої мережі
    [few] Ще { $count } з тієї самої мережі
    [many] Ще { $count } з тієї самої мережі
   *[other] Ще { $count } з тієї самої мережі
}
history-network-many = Сто або більше з тієї самої мережі
alike-count = { $count ->
    [one] { $count } такий
    [few] { $count } таких
    [many] { $count } таких
   *[other] { $count } таких
}
alike-networks = { $count ->
    [one] з { $count } мережі
    [few] із { $count } мереж
    [many] із { $count } мереж
   *[other] із { $count } мережі
}
alike-since = від { $moment }
alike-show = Показати кожен
filter-title = Шукати й звузити
filter-words = Слова
filter-reason = Причина
filter-age = Вік
filter-any = Будь-що
filter-show = Показати
filter-none = Показати все
filter-drop = Прибрати
filter-article = Під статтею «{ $title }»
filter-person = Від однієї людини
filter-network = З однієї мережі
filter-like = Майже однакові
age-within-1 = Остання доба
age-within-7 = Останні 7 днів
age-within-30 = Останні 30 днів
age-over-1 = Старші за добу
age-over-7 = Старші за 7 днів
age-over-30 = Старші за 30 днів
kind-everything-is-held = Притримується кожна відповідь
kind-first-timer = Автора ще не знають
kind-links = Багато посилань
kind-hold-word = Слово, на яке варто глянути
kind-refuse-word = Недопустиме слово
kind-blocked-address = Заблокована адреса
kind-blocked-domain = Заблокований домен
kind-blocked-network = Заблокована мережа
kind-trap-filled = Приховане поле
kind-being-checked = Перевіряється
kind-checker-spam = Перевірка вважає спамом
kind-checker-silent = Перевірка не відповіла
matching-exactly = { $count ->
    [one] Вирішити про { $count } відповідний коментар
    [few] Вирішити про всі { $count } відповідні коментарі
    [many] Вирішити про всі { $count } відповідних коментарів
   *[other] Вирішити про всі { $count } відповідного коментаря
}
matching-more = { $count ->
    [one] Вирішити про всі відповідні, понад { $count }
    [few] Вирішити про всі відповідні, понад { $count }
    [many] Вирішити про всі відповідні, понад { $count }
   *[other] Вирішити про всі відповідні, понад { $count }
}
matching-act = { $act }: усі
matching-why = Чому (залишиться в журналі)
matching-hint = Не лише те, що на цій сторінці: усе, на всіх сторінках, що було на мить її створення. Це діється у тлі, і скасувати його можна одним натисканням.
bulk-label = Коментарі, про які вирішено
bulk-progress = У тлі: вирішено { $done } з { $all }.
bulk-progress-raw = У тлі: вирішено #1 з #2.
bulk-look-again = Глянути ще раз
order-newest = Спершу найновіші
order-likeliest = Спершу ті, яким найімовірніше відмовлять
keys-show = Клавіші (?)
keys-title = Клавіші
keys-next = Наступний коментар
keys-previous = Попередній
keys-approve = Схвалити
keys-spam = Спам
keys-trash = У кошик
keys-hold = Притримати
keys-undo = Скасувати останнє рішення
keys-reply = Схвалити й відповісти
keys-edit = Змінити
keys-tick = Позначити
keys-person = Більше про автора
keys-help = Цей перелік
keys-shift = Із Shift клавіші рішень діють на все позначене.
keys-close = Закрити

## The person behind a comment, answering it, changing its words

reason-always-held = Усе від цієї людини затримується: спершу його хоче побачити модератор.
kind-always-held = Від цього автора все затримується
told-always-held = Перш ніж він з’явиться, його перегляне модератор.
own-staff-edited = Редакція востаннє змінила цей коментар { $moment }. Ви бачите його таким, яким він є зараз.
person-about = Про автора
person-title = Хто написав коментар від { $name }
person-names = Імена
person-first-seen = Уперше тут
person-address = Електронна адреса
person-proved = підтверджено, що вона їхня
person-unproved = не підтверджено, що вона їхня
person-staff = Цей коментар написала редакція, тож читача за ним немає.
person-erased = Автор забрав цей коментар. Хто це був, тут уже не відомо.
person-no-address = Цей коментар надійшов без електронної адреси, тож ніщо не каже, які ще коментарі написала та сама людина.
person-gone = Відколи ви відкрили сторінку, автор забрав цей коментар, тож нічого не змінено. Якщо є інший коментар цієї людини, відкрийте сторінку з нього.
person-comments = Коментарі цієї людини
person-no-comments = Не залишилося жодного.
person-reply = Відповісти
person-edit = Змінити текст
person-treated = Як ставитися до цієї людини
person-now-anyone = До неї ставляться, як до всіх.
person-now-hold = Усе, що вона надсилає, затримується.
person-now-trust = Усе, що вона надсилає, схвалюється одразу.
person-now-blocked = Її заблоковано.
person-since-by = Так із { $moment } ({ $name }).
person-changed-meanwhile = Хтось інший встиг раніше, і ви нічого не змінили.
person-treat-anyone = Як до всіх
person-treat-hold = Завжди затримувати
person-treat-trust = Завжди довіряти
person-treat-blocked = Заблокувати
person-explained-anyone = Вирішують правила обговорення.
person-explained-hold = Усе, що ця людина надсилає, чекає на модератора. Їй не кажуть, що це стосується лише неї.
person-explained-trust = Надіслане не затримується ні через посилання, ні через слова, які варто переглянути, ні тому, що затримується все. Заборонені слова, блокування й перевірка на спам діють і далі.
person-explained-blocked = Усе, що ця людина надсилає, потрапляє до кошика. Чому саме, їй не кажуть.
person-trust-proven = Будь-хто може ввести чужу адресу, тому це діє лише в тому браузері, з якого підтверджено, що адреса справді їхня.
person-trust-unproven = Це діє в браузері, з якого підтверджено, що адреса справді їхня, а також під уже схваленим іменем, бо за правилами відомому імені та адресі довіряють і без підтвердження.
person-block-and-trash = { $count ->
    [one] Заблокувати й викинути { $count } коментар цієї людини, що чекає
    [few] Заблокувати й викинути { $count } коментарі цієї людини, що чекають
    [many] Заблокувати й викинути { $count } коментарів цієї людини, що чекають
   *[other] Заблокувати й викинути { $count } коментаря цієї людини, що чекають
}
person-done-anyone = Відтепер до цієї людини ставляться, як до всіх.
person-done-hold = Відтепер усе, що вона надсилає, затримується.
person-done-trust = Відтепер усе, що вона надсилає, схвалюється одразу.
person-done-blocked = Її заблоковано.
person-why = Чому (необов’язково)
person-why-hint = Це назавжди залишиться в журналі, тож, будь ласка, не згадуйте електронних адрес.
why-is-address = Тут є електронна адреса, а журнал ніколи не змінюється. Скажіть це, будь ласка, без неї.
person-notes = Нотатки
person-notes-explained = Тут нотатки бачить лише редакція. Хто запитає, що про нього зберігається, отримає і їх.
person-note = Нотатка про цю людину
person-note-add = Додати нотатку
person-note-missing = Напишіть, будь ласка, щось.
person-note-is-address = Тут є електронна адреса. Адрес не показують ніде; скажіть це, будь ласка, без неї.
person-noted = Нотатку збережено.
person-unnote = Видалити цю нотатку
person-unnoted = Нотатку видалено.
answer-title = Відповідь на коментар
answer-your-answer = Ваша відповідь для { $name }
answer-as = Вона з’явиться одразу, під іменем { $name }.
answer-act = Відповісти
answer-approve-act = Схвалити й відповісти
answer-approved-too = Схвалено, і вашу відповідь опубліковано.
answer-published = Вашу відповідь опубліковано.
answer-not-sent = Вашу відповідь не надіслано, вона нижче; надішліть її ще раз, якщо вона й досі доречна.
answer-gone = Автор забрав цей коментар, тож вашу відповідь не надіслано. Ось ваші слова.
answer-sign-in = Ви не ввійшли, тож нічого не надіслано. Увійдіть в іншому вікні й надішліть ще раз.
edit-title = Змінити коментар від { $name }
edit-explained = Коментар залишається там, де він є, а читачі бачать, що його змінено. Рішення, ухвалене до цієї зміни, скасувати вже не можна, але можна вирішити наново.
edit-html-hint = Цей коментар надійшов з іншого сайту й написаний в HTML. Чого в коментарях бути не може, те вилучається.
edit-act = Зберегти зміну
edit-saved = Зміну збережено.
edit-same = Відмінностей не було, тож нічого не змінено.
edit-gone = Автор забрав цей коментар, тож його не змінено. Ось ваші слова.
edit-overtaken = Відколи ви відкрили сторінку, автор змінив цей коментар. Тут обидва варіанти; якщо зберегти ще раз, ваш замінить його.
edit-overtaken-by = Відколи ви відкрили сторінку, цей коментар змінено ({ $name }). Тут обидва варіанти; якщо зберегти ще раз, ваш замінить інший.
edit-theirs = Як є зараз
edit-versions = Попередні версії
edit-version = До { $moment }, коли коментар змінено ({ $name })
edit-restore = Повернути цю версію
