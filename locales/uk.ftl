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
held-heading = Ваш коментар очікує на модерацію
held-explained = Ми його отримали. Модератор його прочитає; після схвалення його побачать усі. Ця сторінка лише для вас: збережіть її адресу, якщо захочете повернутися.
held-spam-heading = Ваш коментар відкладено як спам
held-spam-explained = Він лежить там, де його бачать модератори. Якщо це помилка, вони зможуть його повернути.
held-trashed-heading = Ваш коментар не опубліковано
held-trashed-explained = Так вирішив модератор.
held-back-to = Назад до «{ $title }»

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
