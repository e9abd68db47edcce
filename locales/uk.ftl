## Every page

skip-to-content = Перейти до вмісту
front-page = Головна
feed = RSS-стрічка
sign-in = Увійти
sign-out = Вийти
paging = Навігація сторінками
paging-newest = Найновіші статті
paging-older-articles = Давніші статті
language-en = English
language-uk = Українська

## Articles and comments as readers see them

front-empty = Ще нічого не опубліковано.
article-by = Автор:
article-source = Джерело:
article-appeal = Повідомлення від редакції
replies-heading = { $count ->
    [one] { $count } коментар
    [few] { $count } коментарі
    [many] { $count } коментарів
   *[other] { $count } коментаря
}
replies-count = { $count ->
    [0] Без коментарів
    [one] { $count } коментар
    [few] { $count } коментарі
    [many] { $count } коментарів
   *[other] { $count } коментаря
}
replies-none = Коментарів ще немає
replies-closed = Коментування закрито.
reply = Відповісти
reply-to-name = Відповісти: { $name }
reply-in-answer-to = у відповідь:

## The comment form

leave-a-reply = Залишити відповідь
email-not-published = Ваша електронна адреса не буде опублікована.
required-marked = Обов’язкові поля позначено
field-comment = Коментар
field-comment-hint = Можна використовувати Markdown: *виділення*, [посилання](https://example.org), списки, > цитати, `код`.
field-name = Ім’я
field-email = Електронна пошта
field-website = Сайт
field-trap = Залиште це поле порожнім
remember-me = Зберегти моє ім’я, електронну пошту та сайт у цьому браузері для моїх наступних коментарів.
post-comment = Опублікувати коментар
subscribe-replies = Повідомляти про відповіді на мій коментар
subscribe-all = Повідомляти про всі нові коментарі до цієї статті
subscribe-hint = Листом, не частіше ніж раз на годину; відписатися можна будь-коли. Першого разу ми надішлемо посилання, щоб ви підтвердили свою адресу.
preview = Попередній перегляд
preview-explained = Попередній перегляд: так це побачать читачі. Ще нічого не надіслано.
reply-said-already = Ви вже надіслали цей коментар, тому вдруге його не збережено. Текст нижче, якщо хочете його змінити.
reply-too-soon = { $count ->
    [one] Зашвидко: щойно від вас або з вашої мережі надійшов інший коментар. Ваш текст не втрачено; надішліть його ще раз через { $count } секунду.
    [few] Зашвидко: щойно від вас або з вашої мережі надійшов інший коментар. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
    [many] Зашвидко: щойно від вас або з вашої мережі надійшов інший коментар. Ваш текст не втрачено; надішліть його ще раз через { $count } секунд.
   *[other] Зашвидко: щойно від вас або з вашої мережі надійшов інший коментар. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
}
cancel-reply = Скасувати відповідь
you-are-answering = Ви відповідаєте:
form-errors = { $count ->
    [one] Ще не надіслано. Виправте, будь ласка, { $count } помилку:
    [few] Ще не надіслано. Виправте, будь ласка, { $count } помилки:
    [many] Ще не надіслано. Виправте, будь ласка, { $count } помилок:
   *[other] Ще не надіслано. Виправте, будь ласка, { $count } помилки:
}
field-unreadable = Тут були символи, які не вдалося прочитати. Їх вилучено; перевірте текст і надішліть ще раз.
field-too-long = Текст задовгий. Скоротіть його, будь ласка.
reply-comment-missing = Напишіть, будь ласка, коментар.
reply-comment-too-long = Коментар задовгий на { $count ->
    [one] { $count } байт
    [few] { $count } байти
    [many] { $count } байтів
   *[other] { $count } байта
}. Скоротіть його або надішліть частинами.
reply-name-missing = Вкажіть, будь ласка, ім’я. Підійде будь-яке.
reply-name-too-long = Ім’я задовге: дозволено щонайбільше 245 байтів.
reply-name-is-address = Це електронна адреса, а ім’я бачать усі. Вкажіть, будь ласка, ім’я.
reply-email-missing = Вкажіть, будь ласка, електронну адресу. Вона не буде опублікована.
reply-email-malformed = Вкажіть правильну електронну адресу, наприклад name@example.org.
reply-email-too-long = Така довга електронна адреса не може бути правильною. Перевірте її, будь ласка.
reply-website-wrong = Вкажіть правильну адресу сайту, наприклад https://example.org, або залиште поле порожнім.
reply-website-too-long = Адреса сайту задовга: дозволено щонайбільше 200 байтів. Досить адреси головної сторінки.
reply-answered-gone = Коментар, на який ви відповідали, видалено. Ви ще можете опублікувати свій текст як коментар до статті.
reply-article-gone = Цю статтю видалено, тому ваш коментар не збережено. Текст нижче, якщо він вам потрібен.
replies-closed-kept = Коментування цієї статті закрито, тому ваш коментар не збережено. Текст нижче, якщо він вам потрібен.
reply-too-fast = { $count ->
    [one] Зашвидко: з вашої мережі надійшло забагато коментарів. Ваш текст не втрачено; надішліть його ще раз через { $count } секунду.
    [few] Зашвидко: з вашої мережі надійшло забагато коментарів. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
    [many] Зашвидко: з вашої мережі надійшло забагато коментарів. Ваш текст не втрачено; надішліть його ще раз через { $count } секунд.
   *[other] Зашвидко: з вашої мережі надійшло забагато коментарів. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
}
reply-unavailable = Можливо, ваш коментар не збережено: база даних не відповідає. Текст нижче; надішліть його ще раз трохи згодом. Двічі він не з’явиться.
reply-not-saved = Ваш коментар не збережено через помилку на нашому боці. Текст нижче; надішліть його ще раз. Якщо писатимете нам про це, вкажіть код { $reference }.
reply-not-kept-title = Ваш коментар не надіслано
reply-your-words = Ваш коментар

## The page of one's comment

held-title = Ваш коментар
held-back-to = Назад до «{ $title }»
author-page-already = Ви вже надіслали цей коментар. Ось він.
author-page-changed = Зміни збережено.
author-page-mailed = Ми надіслали вам лист із посиланням. Відкрийте його, щоб підтвердити адресу в цьому браузері. Посилання, надіслане протягом останньої години, ще діє.
author-page-held = Ваш коментар очікує модерації
author-page-held-explained = Ми його отримали. Він з’явиться, щойно його схвалить модератор. Цю сторінку бачите лише ви: збережіть її в закладках, щоб повернутися, якийсь час редагувати коментар або будь-коли його видалити.
author-page-approved = Ваш коментар опубліковано
author-page-approved-explained = Його бачать усі. Цю сторінку бачите лише ви: збережіть її в закладках, щоб повернутися, якийсь час редагувати коментар або будь-коли його видалити.
author-page-spam = Ваш коментар позначено як спам
author-page-spam-explained = Його не опубліковано. Якщо це помилка, модератор ще може його схвалити.
author-page-trashed = Ваш коментар не опубліковано
author-page-trashed-explained = Ми вирішили його не публікувати. Ви ще можете видалити його назавжди.
author-page-erased = Ви видалили свій коментар
author-page-erased-explained = Текст видалено назавжди. Відповіді інших залишаються.
author-page-why = Причина:
author-page-read = Переглянути на сторінці
author-page-verify = Підтвердьте свою адресу
author-page-verify-explained = Ми можемо надіслати вам посилання для підтвердження адреси. Після цього коментарі з цього браузера зможуть з’являтися без очікування, а всі ваші коментарі будуть на одній сторінці.
author-page-verify-act = Надіслати мені посилання
author-page-change = Редагувати коментар
author-page-change-until = Редагувати можна до { $time }. Змінений коментар перевіряють як новий, тож він може зникнути, доки його не прочитає модератор.
author-page-change-act = Зберегти зміни
author-page-delete = Видалити цей коментар
author-page-delete-explained = Текст буде видалено одразу й назавжди. Відновити його не зможе ніхто.
author-page-delete-act = Видалити зараз
author-page-too-late = Цей коментар уже не можна редагувати. Ви можете видалити його й надіслати новий. Ваш змінений текст нижче.
author-page-conflict = Після того як ви відкрили цю сторінку, коментар змінили або ухвалили щодо нього рішення. Ваш змінений текст нижче; перегляньте коментар і збережіть ще раз, якщо зміни досі доречні.
author-page-too-fast = { $count ->
    [one] Зашвидко. Ваш текст не втрачено; надішліть його ще раз через { $count } секунду.
    [few] Зашвидко. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
    [many] Зашвидко. Ваш текст не втрачено; надішліть його ще раз через { $count } секунд.
   *[other] Зашвидко. Ваш текст не втрачено; надішліть його ще раз через { $count } секунди.
}
author-page-gone = Посилання на цю сторінку більше не діє, тому нічого не змінено. Ваш текст нижче.
author-page-unavailable = Зміни не збережено: база даних не відповідає. Якщо ви редагували коментар, текст нижче; поверніться й надішліть його ще раз трохи згодом.
author-page-broke = Зміни не збережено через помилку на нашому боці. Якщо ви редагували коментар, текст нижче. Якщо писатимете нам про це, вкажіть код { $reference }.

## The page of a commenter

commenter-page-title = Ваші коментарі
commenter-page-verify-explained = Це посилання надіслано лише на вашу електронну адресу. Підтвердьте, що запит надіслали ви; після цього ваші коментарі з цього браузера зможуть з’являтися без очікування.
commenter-page-verify-browser-explained = У цьому браузері вашу адресу ще не підтверджено. Якщо це ваш браузер, підтвердьте її; після цього ваші коментарі з нього зможуть з’являтися без очікування.
commenter-page-verify-act = Підтвердити мою адресу
commenter-page-verified = Дякуємо. Вашу електронну адресу підтверджено в цьому браузері.
commenter-page-requested = Ви попросили повідомляти вас про
commenter-page-suppressed = Листи на вашу адресу поверталися, тому ми перестали їх надсилати. Якщо адреса знову працює, натисніть кнопку нижче.
commenter-page-comments = Ваші коментарі
commenter-page-no-comments = Коментарів ще немає.
commenter-page-look = Переглянути, змінити або видалити
commenter-page-older = Давніші коментарі
commenter-page-subscriptions = Сповіщення електронною поштою
commenter-page-no-subscriptions = Немає. Щоб їх отримувати, поставте позначку під формою коментаря.
commenter-page-replies = Відповіді вам
commenter-page-all = Усі коментарі
commenter-page-end = Відписатися
commenter-page-end-label = Відписатися від «{ $title }»
commenter-page-ended = Ви відписалися.
commenter-page-data = Ваші дані
commenter-page-data-take = Завантажити всі свої дані
commenter-page-browsers = { $count ->
    [one] Вашу адресу підтверджено в { $count } браузері
    [few] Вашу адресу підтверджено в { $count } браузерах
    [many] Вашу адресу підтверджено в { $count } браузерах
   *[other] Вашу адресу підтверджено в { $count } браузера
}
commenter-page-forget-explained = Забути їх усі, наприклад після роботи за чужим комп’ютером. Посилання, яке відкрило цю сторінку, теж перестане діяти; нове ми надішлемо листом на ваш запит.
commenter-page-forget-act = Забути всі браузери й це посилання
commenter-page-forgotten = Усі браузери забуто
commenter-page-forgotten-explained = Вашу адресу більше не підтверджено в жодному браузері, і старе посилання не діє. Щоб отримати нове, залиште коментар із позначкою про сповіщення або натисніть «Надіслати мені посилання» на сторінці одного зі своїх коментарів.
commenter-page-erase = Видалити все
commenter-page-erase-explained = З усіх ваших коментарів буде назавжди видалено текст і ваше ім’я, сповіщення припиняться, а електронну адресу буде видалено. Відповіді інших залишаться. Скасувати це неможливо.
commenter-page-erase-sure = Так, видалити все
commenter-page-erase-act = Видалити все зараз
commenter-page-erased = Усе видалено
commenter-page-erased-explained = { $count ->
    [0] Коментарів не було; електронну адресу видалено.
    [one] Видалено { $count } коментар і вашу електронну адресу.
    [few] Видалено { $count } коментарі й вашу електронну адресу.
    [many] Видалено { $count } коментарів і вашу електронну адресу.
   *[other] Видалено { $count } коментаря й вашу електронну адресу.
}
commenter-page-erased-blocked = Вашу електронну адресу на цьому сайті заблоковано. Ми зберігаємо лише її зашифровану копію, щоб блокування діяло й далі.
unsubscribe-title = Припинити ці листи
unsubscribe-explained = Ви отримуєте листи про нові коментарі до «{ $title }». Натисніть кнопку, щоб їх припинити.
unsubscribe-act = Відписатися
unsubscribe-all = Усі ваші коментарі
unsubscribe-all-explained = Усі ваші коментарі й сповіщення зібрано на одній сторінці. Заради вашої безпеки посилання на неї немає в листах зі сповіщеннями; ми надішлемо його окремо.
unsubscribe-done = Ви відписалися
unsubscribe-done-explained = Листів про ці коментарі більше не буде. Той, який уже надіслано, ще може надійти.

## Emails to commenters

email-proof-subject = Підтвердьте свою електронну адресу – { $title }
email-proof-why = Хтось, імовірно ви, залишив коментар на сайті { $title } з цією електронною адресою й попросив надсилати листи. Щоб підтвердити адресу, відкрийте цю сторінку й натисніть на ній кнопку:
email-proof-act = Підтвердити електронну адресу
email-proof-then = Після цього ваші коментарі з того браузера зможуть з’являтися без очікування. На тій самій сторінці видно всі ваші коментарі та можна вимкнути будь-які сповіщення. Збережіть цей лист, щоб знайти її знову.
email-proof-not-you = Якщо це були не ви, не зважайте на цей лист: без підтвердження ми не надсилаємо сповіщень, а питаємо щонайбільше тричі.
email-answers-subject = { $count ->
    [one] { $count } нова відповідь на ваш коментар до «{ $title }»
    [few] { $count } нові відповіді на ваші коментарі до «{ $title }»
    [many] { $count } нових відповідей на ваші коментарі до «{ $title }»
   *[other] { $count } нової відповіді на ваші коментарі до «{ $title }»
}
email-answers = { $count ->
    [one] { $count } нова відповідь на ваш коментар до «{ $title }»:
    [few] { $count } нові відповіді на ваші коментарі до «{ $title }»:
    [many] { $count } нових відповідей на ваші коментарі до «{ $title }»:
   *[other] { $count } нової відповіді на ваші коментарі до «{ $title }»:
}
email-replies-subject = { $count ->
    [one] { $count } новий коментар до «{ $title }»
    [few] { $count } нові коментарі до «{ $title }»
    [many] { $count } нових коментарів до «{ $title }»
   *[other] { $count } нового коментаря до «{ $title }»
}
email-replies = { $count ->
    [one] { $count } новий коментар до «{ $title }»:
    [few] { $count } нові коментарі до «{ $title }»:
    [many] { $count } нових коментарів до «{ $title }»:
   *[other] { $count } нового коментаря до «{ $title }»:
}
email-more = { $count ->
    [one] І ще { $count }.
    [few] І ще { $count }.
    [many] І ще { $count }.
   *[other] І ще { $count }.
}
email-read = Переглянути всі коментарі
email-read-this = Переглянути на сторінці
email-why = Ви отримали цей лист, бо попросили { $title } надсилати вам сповіщення.
email-end = Відписатися від цих листів

## When something goes wrong

error-reference = Якщо писатимете нам про це, вкажіть код { $reference }.
error-to-front = Перейти на головну
error-not-found = Сторінку не знайдено
error-not-found-advice = Можливо, в адресі помилка або сторінку видалено. Найновіші статті — на головній.
missing-advice = Можливо, в адресі помилка або сторінку видалено.
missing-perhaps = Можливо, ви шукали
missing-newest = Найновіші статті
error-forbidden = Вам це не дозволено
error-forbidden-advice = Ваш обліковий запис не має прав на це, або форму надіслано з іншого сайту. Якщо ви щось набрали, поверніться назад: текст ще є в браузері.
error-method = Ця адреса не приймає таких запитів
error-method-advice = Поверніться на попередню сторінку й спробуйте ще раз.
error-timeout = Час очікування вичерпано
error-timeout-advice = З’єднання було неактивним задовго. Якщо ви щось набрали, поверніться назад і надішліть ще раз.
error-too-large = Це забагато за один раз
error-too-large-advice = Ви надіслали більше, ніж ми приймаємо. Поверніться назад: текст ще є в браузері. Скоротіть його або надішліть частинами.
error-unavailable = Ми скоро повернемося
error-unavailable-advice = База даних не відповідає. Спробуйте ще раз за кілька секунд.
error-bad-request = Не вдалося прочитати запит
error-bad-request-advice = Ваш браузер надіслав щось, чого ми не змогли прочитати. Поверніться на попередню сторінку й спробуйте ще раз.
error-internal = Щось пішло не так
error-internal-advice = Це помилка на нашому боці, її записано в журнал. Спробуйте, будь ласка, ще раз.

## Accounts

account-name = Ім’я
account-name-wrong = Вкажіть, будь ласка, ім’я завдовжки до 245 байтів.
account-username = Ім’я користувача
account-username-hint = Одне слово, лише для входу. Читачі його не бачать.
account-username-wrong = Ім’я користувача — одне слово до 60 символів, без @.
account-username-taken = Це ім’я користувача вже зайняте. Виберіть, будь ласка, інше.
account-passphrase = Парольна фраза
account-passphrase-hint = Щонайменше 15 символів. Добре підходять кілька не пов’язаних між собою слів.
account-passphrase-wrong = Парольна фраза має від 15 до 1000 символів. Добре підходять кілька не пов’язаних між собою слів.
account-title = Ваш обліковий запис
account-saved = Парольну фразу змінено. В інших браузерах виконано вихід.
account-another-passphrase = Зміна парольної фрази
account-present = Поточна парольна фраза
account-present-wrong = Це не ваша поточна парольна фраза.
account-new = Нова парольна фраза
account-change = Змінити парольну фразу
account-everywhere = Вийти всюди
account-everywhere-explained = Завершує ваші сеанси в усіх браузерах, зокрема в цьому.
account-everywhere-act = Вийти всюди
sign-in-wrong = Неправильне ім’я користувача або парольна фраза.
sign-in-wait = { $count ->
    [one] Забагато спроб. Зачекайте { $count } секунду і спробуйте ще раз.
    [few] Забагато спроб. Зачекайте { $count } секунди і спробуйте ще раз.
    [many] Забагато спроб. Зачекайте { $count } секунд і спробуйте ще раз.
   *[other] Забагато спроб. Зачекайте { $count } секунди і спробуйте ще раз.
}
setup-title = Налаштуйте цей сайт
setup-explained = Це посилання діє один раз. Воно створює першого адміністратора, який має тут усі права.
setup-act = Створити обліковий запис адміністратора
role-moderator = модератор
role-editor = редактор
role-admin = адміністратор
resubmit-signed-out-title = Ваш сеанс завершено
resubmit-signed-out-explained = Ваш текст не втрачено: він на цій сторінці. Увійдіть знову в іншій вкладці, поверніться сюди й надішліть його.
resubmit-sign-in = Увійти в іншій вкладці
resubmit-signed-out-again = Вхід виконано; надіслати ще раз
resubmit-unavailable-title = Не збережено
resubmit-unavailable-explained = База даних не відповідає. Ваш текст не втрачено: він на цій сторінці. Не закривайте її та надішліть ще раз трохи згодом. Якщо він усе ж зберігся, ви побачите повідомлення або дві копії.
resubmit-unavailable-again = Надіслати ще раз
resubmit-internal-title = Не збережено
resubmit-internal-explained = Сталася помилка на нашому боці. Ваш текст не втрачено: він на цій сторінці, і його можна надіслати ще раз.
resubmit-internal-again = Надіслати ще раз

## The admin menu

admin = Меню адміністрування
admin-comments = Коментарі
admin-articles = Статті
admin-settings = Налаштування
admin-waiting = на модерації

## The moderation queue

queue-tabs = Коментарі за станом
queue-held = На модерації
queue-approved = Схвалені
queue-spam = Спам
queue-trashed = Кошик
queue-empty-held = Усі коментарі розглянуто. Гарна робота.
queue-empty-approved = Схвалених коментарів ще немає.
queue-empty-spam = Спаму немає.
queue-empty-trashed = Кошик порожній.
queue-ticked = Вибрані коментарі:
queue-select-all = Вибрати всі
queue-select = Вибрати коментар ({ $name })
queue-approve = Схвалити
queue-hold = На модерацію
queue-trash = У кошик
queue-not-spam = Не спам
queue-restore = Відновити
queue-button = { $act }: коментар ({ $name })
queue-comment-by = Коментар ({ $name })
queue-older = Давніші коментарі
queue-undo = Скасувати
queue-undone = { $count ->
    [one] Скасовано: { $count } коментар повернуто на місце.
    [few] Скасовано: { $count } коментарі повернуто на місце.
    [many] Скасовано: { $count } коментарів повернуто на місце.
   *[other] Скасовано: { $count } коментаря повернуто на місце.
}
queue-done-held = { $count ->
    [one] Повернуто на модерацію { $count } коментар.
    [few] Повернуто на модерацію { $count } коментарі.
    [many] Повернуто на модерацію { $count } коментарів.
   *[other] Повернуто на модерацію { $count } коментаря.
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
    [one] Переміщено в кошик { $count } коментар.
    [few] Переміщено в кошик { $count } коментарі.
    [many] Переміщено в кошик { $count } коментарів.
   *[other] Переміщено в кошик { $count } коментаря.
}
queue-none-ticked = Не вибрано жодного коментаря, тому нічого не змінено.
queue-nothing-undone = Скасовувати нічого: відтоді щодо цих коментарів ухвалено інші рішення.
queue-conflict = Хтось вирішив раніше: коментар ({ $name }) має стан «{ $status }» ({ $by }). Це рішення лишається чинним.
queue-changed = Коментар ({ $name }) змінили після того, як ви відкрили сторінку, тому рішення не ухвалено. Прочитайте його ще раз.
queue-decided-by = Останнє рішення: { $name }
status-held = на модерації
status-approved = схвалено
status-spam = спам
status-trashed = у кошику
reason-everything-is-held = На модерацію йдуть усі коментарі
reason-first-timer = Новий або непідтверджений коментатор
reason-links = { $count ->
    [one] Містить { $count } посилання
    [few] Містить { $count } посилання
    [many] Містить { $count } посилань
   *[other] Містить { $count } посилання
}
reason-hold-word = Підозріле слово: «{ $word }»
reason-refuse-word = Заборонене слово: «{ $word }»
reason-blocked-email = Заблокована електронна адреса
reason-blocked-domain = Заблокований поштовий домен: { $domain }
reason-blocked-network = Заблокована мережа
reason-honeypot-filled = Заповнено приховане поле, як це роблять боти
reason-being-checked = Очікує зовнішньої перевірки на спам
reason-checker-spam = Спам за результатом зовнішньої перевірки
reason-check-expired = Зовнішня перевірка на спам не відповіла
author-reason-everything-is-held = Кожен коментар спершу читає модератор.
author-reason-first-timer = Перші коментарі нових авторів читає модератор.
author-reason-links = { $count ->
    [one] Він містить { $count } посилання.
    [few] Він містить { $count } посилання.
    [many] Він містить { $count } посилань.
   *[other] Він містить { $count } посилання.
}
author-reason-hold-word = Він містить слово, яке має перевірити модератор.
author-reason-being-checked = Його перевіряють на спам; це триває близько хвилини.
author-reason-check-expired = Перевірка на спам не відповіла, тому його прочитає модератор.
history-first = Перший коментар із цієї електронної адреси
history-approved = { $count ->
    [one] Ще { $count } схвалений
    [few] Ще { $count } схвалені
    [many] Ще { $count } схвалених
   *[other] Ще { $count } схваленого
}
history-refused = { $count ->
    [one] Ще { $count } відхилений
    [few] Ще { $count } відхилені
    [many] Ще { $count } відхилених
   *[other] Ще { $count } відхиленого
}

## Articles in the admin area

list-empty = Статей ще немає.
state-draft = Чернетка
state-scheduled = Заплановано
state-published = Опубліковано
editor-new = Нова стаття
editor-edit = Редагувати статтю
editor-read = Переглянути статтю
editor-saved = Збережено.
editor-title = Заголовок
editor-title-missing = Вкажіть, будь ласка, заголовок.
editor-standfirst = Лід
editor-standfirst-hint = Анонс: одне-два речення під заголовком і в списках статей.
editor-sources = Джерела
editor-body = Текст
editor-body-hint = Markdown: залишайте порожній рядок між абзацами; починайте рядок із > для цитати, - для списку, ## для підзаголовка.
editor-body-hint-html = Цю статтю імпортовано як HTML. Скрипти та вміст з інших сайтів вилучаються під час збереження.
editor-topics = Теми
editor-topics-hint = Кожна тема з нового рядка. Нова назва створює нову тему.
editor-pinned = Закріпити вгорі головної сторінки
editor-is-page = Це сторінка, а не стаття
editor-is-page-hint = Для сторінок на кшталт «Про нас» чи «Контакти»: без дати в адресі, не з’являються на головній, у стрічці й темах.
note-protected = Імпортовано з WordPress, де матеріал був під паролем. Тут це чернетка, щоб ніхто не прочитав її випадково.
note-private = Імпортовано з WordPress, де матеріал був приватним.
note-pending = Імпортовано з WordPress, де матеріал очікував на перевірку.
note-unknown = Імпортовано з WordPress зі станом, якого Broadsheet не знає.
list-pinned = Закріплено
list-page = Сторінка
editor-slug = Вебадреса
editor-slug-hint = Остання частина адреси. Залиште порожньою, щоб утворити її із заголовка.
editor-slug-wrong = Лише малі латинські літери a–z, цифри й поодинокі дефіси між ними, щонайбільше 100 символів.
editor-address-taken = Адреса { $path } вже зайнята. Виберіть іншу вебадресу або іншу дату.
editor-moment = Дата публікації
editor-moment-hint = Залиште порожньою, щоб опублікувати зараз. Майбутня дата планує публікацію. Часовий пояс: { $zone }.
editor-moment-wrong = Вкажіть правильні дату й час, наприклад 2024-07-22T14:05.
editor-replies-open = Дозволити коментарі
editor-save = Оновити
editor-save-draft = Зберегти чернетку
editor-preview = Попередній перегляд
editor-preview-label = Попередній перегляд: так це побачать читачі. Нічого не збережено.
editor-publish = Опублікувати
editor-unpublish = Зняти з публікації
editor-conflict = Після того як ви відкрили цю статтю, її зберегли ({ $name }, { $time }). Ваш текст не втрачено: ваша версія у формі нижче, інша — тут. Перенесіть потрібне з неї до своєї та збережіть. Ваша версія замінить її.
editor-theirs = Новіша версія

## Topics, authors, search

topic = Тема
topics = Теми:
topic-empty = На цю тему ще нічого не опубліковано.
author = Автор
search = Пошук
search-words = Що шукати
search-act = Шукати
search-found = { $count ->
    [one] Знайдено { $count } статтю
    [few] Знайдено { $count } статті
    [many] Знайдено { $count } статей
   *[other] Знайдено { $count } статті
}
search-found-many = Знайдено понад 1000 статей
search-no-words = Введіть, будь ласка, літери або цифри, які треба знайти.
search-busy = Зараз цей пошук не вдалося завершити: одночасно шукають забагато людей або слова надто поширені. Спробуйте ще раз за кілька секунд або введіть менше слів чи рідкісніші слова.
search-nothing = Не знайдено статей, у яких є всі ці слова: { $words }.
comments-feed = Коментарі на сайті «{ $title }»
comment-on = { $name }: «{ $title }»
comment-anonymous = Анонім

## Settings

settings-saved = Налаштування збережено.
settings-kept = { $count ->
    [one] { $count } стаття зберігає стару адресу, бо нова вже зайнята.
    [few] { $count } статті зберігають старі адреси, бо нові вже зайняті.
    [many] { $count } статей зберігають старі адреси, бо нові вже зайняті.
   *[other] { $count } статті зберігають старі адреси, бо нові вже зайняті.
}
settings-conflict = Після того як ви відкрили цю сторінку, хтось зберіг налаштування. Нова версія тут, ваша — у формі нижче. Якщо зберегти, ваша замінить її.
settings-title = Назва сайту
settings-title-missing = Вкажіть, будь ласка, назву сайту.
settings-tagline = Короткий опис
settings-language = Мова сайту
settings-language-wrong = Виберіть, будь ласка, одну з мов.
settings-zone = Часовий пояс
settings-zone-wrong = Вкажіть правильний часовий пояс, наприклад Europe/Kyiv.
settings-permalink = Формат вебадреси
settings-permalink-hint = Старі адреси переспрямовують на нові. Доступні частини:
settings-permalink-malformed = Почніть зі скісної риски й використовуйте лише a–z, 0–9, дефіси, скісні риски та частини у фігурних дужках.
settings-permalink-not-unique = Додайте {"{slug}"} або {"{id}"}, щоб дві статті не мали однакової адреси.
settings-permalink-reserved = Першу частину вже використовує інша сторінка сайту. Виберіть, будь ласка, іншу.
settings-appeal = Повідомлення під кожною статтею
settings-appeal-hint = З’являється над коментарями. Можна використовувати Markdown.
settings-save = Зберегти налаштування

## Comment threads

replies-pages = Сторінки коментарів
replies-page = Сторінка { $page } з { $pages }
replies-older = Давніші коментарі
replies-newer = Новіші коментарі
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
article-feed = Коментарі до статті «{ $title }»

## Comment settings

admin-discussion = Налаштування коментарів
admin-blocks = Блокування
discussion-rules = Правила
discussion-saved = Збережено. Правила діють від наступного коментаря.
discussion-conflict = Після того як ви відкрили цю сторінку, хтось зберіг налаштування. Усе, що ви ввели, є у формі нижче; якщо зберегти, ваша версія замінить нову.
discussion-as-it-is = Переглянути чинні налаштування
discussion-number-wrong = Вкажіть ціле число від { $least } до { $most }.
discussion-threads = Гілки
discussion-depth = Рівні вкладених відповідей
discussion-depth-hint = Від 2 до 10. Глибші відповіді з’являються на останньому рівні.
discussion-newest-first = Спершу найновіші коментарі
discussion-newest-first-hint = Відповіді на коментар лишаються в тому порядку, в якому їх написано.
discussion-closing = Закриття
discussion-close = Закривати коментування через (днів)
discussion-close-hint = Від дня публікації статті. 0 вимикає.
discussion-holding = Модерація
discussion-hold-everything = Надсилати на модерацію всі коментарі
discussion-first-timers = Надсилати на модерацію коментарі нових авторів
discussion-first-timers-hint = Доки вони не підтвердять свою адресу й не матимуть хоча б одного схваленого коментаря.
discussion-first-timers-without-mail = Цей сайт не надсилає листів, тому підтвердити адресу ніхто не може: з позначкою вище на модерацію йде кожен коментар, якщо не поставити й наступну.
discussion-unverified = Довіряти раніше схваленим імені та адресі без підтвердження
discussion-unverified-hint = Не радимо: хто вгадає адресу схваленого коментатора, зможе одразу писати під його іменем і дізнається, що вгадав.
discussion-links = Надсилати на модерацію, якщо посилань щонайменше
discussion-links-hint = Поле «Сайт» не враховується. 0 вимикає.
discussion-syntax = Списки слів перевіряють ім’я, сайт і текст коментаря, але не електронну адресу. Кожен запис — з нового рядка; великі й малі літери не розрізняються.
discussion-syntax-words = саме ці слова, а не частини довших
discussion-syntax-open = також усередині довших слів: зірочка залишає цей край відкритим
discussion-syntax-regex = між скісними рисками — регулярний вираз
discussion-hold-words = Підозрілі слова
discussion-hold-words-hint = Коментарі з ними надходять на модерацію.
discussion-refuse-words = Заборонені слова
discussion-refuse-words-hint = Коментарі з ними потрапляють у кошик, хоч би що казали інші правила.
discussion-try = Перевірити списки слів
discussion-try-hint = Показує, що обидва списки зробили б з останньою тисячею коментарів. Нічого не зберігається.
discussion-only-tried = Списки слів перевірено; ще нічого не збережено.
discussion-see-tried = Переглянути результати
word-list-error-regex = Рядок { $line } — неправильний або завеликий регулярний вираз. Зворотні посилання не підтримуються.
word-list-error-too-long = Рядок { $line } задовгий: дозволено щонайбільше 500 байтів.
word-list-error-too-broad = Рядок { $line } відповідав би кожному коментареві.
word-list-error-too-many = Від рядка { $line } записів забагато: у списку може бути щонайбільше 20 000 рядків, із них 200 регулярних виразів.
preview-on = { $count ->
    [0] Ще немає коментарів для перевірки.
    [one] Перевірено на { $count } останньому коментарі.
    [few] Перевірено на { $count } останніх коментарях.
    [many] Перевірено на { $count } останніх коментарях.
   *[other] Перевірено на { $count } останнього коментаря.
}
preview-line = Рядок
preview-entry = Запис
preview-result = Результат
preview-all = Весь список
preview-hold = надіслав би на модерацію { $all }, з них схвалено { $approved }
preview-refuse = відхилив би { $all }, з них схвалено { $approved }
preview-hold-none = Рядок { $line } не надіслав би на модерацію жодного.
preview-refuse-none = Рядок { $line } не відхилив би жодного.
preview-refused = { $count ->
    [one] { $count } — у спамі або кошику
    [few] { $count } — у спамі або кошику
    [many] { $count } — у спамі або кошику
   *[other] { $count } — у спамі або кошику
}
preview-more = { $count ->
    [one] Збіги є ще в { $count } рядку.
    [few] Збіги є ще в { $count } рядках.
    [many] Збіги є ще в { $count } рядках.
   *[other] Збіги є ще в { $count } рядка.
}
discussion-floods = Обмеження частоти
discussion-flood = Секунд між двома коментарями
discussion-flood-hint = З однієї електронної адреси або однієї мережі. Хто пише швидше, має надіслати коментар ще раз. 0 вимикає.
discussion-after = Редагування
discussion-edit = Коментатори можуть редагувати протягом (хвилин)
discussion-edit-hint = Змінений коментар перевіряють як новий. 0 вимикає.
discussion-privacy = Приватність
discussion-network-days = Зберігати мережу коментаря (днів)
discussion-network-days-hint = У зашифрованому вигляді, для зовнішньої перевірки на спам. Якщо 0, вона не зберігається зовсім.
discussion-checker = Зовнішня перевірка на спам
discussion-checker-url = Адреса сервісу
discussion-checker-url-hint = Сервіс, сумісний з Akismet, наприклад https://rest.akismet.com. Залиште порожньою, щоб не використовувати жодного; тоді ключ буде видалено.
discussion-checker-wrong = Вкажіть адресу сервісу, яка починається з https://. Лише на самому сервері може бути http://.
discussion-checker-key = Ключ API
discussion-key-kept = Ключ збережено й зашифровано. Залиште порожнім, щоб не змінювати.
discussion-key-none = Ключ, який ви отримали від сервісу. Його буде зашифровано й більше не показано.
discussion-key-missing = Вкажіть, будь ласка, ключ API сервісу.
discussion-key-wrong = Ключ має до 200 літер, цифр і символів без пробілів.
discussion-key-forget = Видалити ключ і не використовувати сервіс
discussion-sent-fields = Дані, які надсилаються сервісу
discussion-sent-fields-words = Текст коментаря
discussion-sent-fields-name = Ім’я
discussion-sent-fields-website = Сайт
discussion-sent-fields-address = Електронна адреса
discussion-sent-fields-network = Мережа, з якої він надійшов
discussion-sent-fields-article = Адреса статті
discussion-sent-fields-hint = Надсилаються лише позначені поля.
discussion-save = Зберегти

## The blocklist

blocks-explained = Коментарі від усіх у цьому списку потрапляють у кошик. Авторам причину не повідомляють.
blocks-blocked = Заблоковано.
blocks-unblocked = Розблоковано.
blocks-block = Заблокувати
blocks-unblock = Розблокувати
blocks-unblock-it = Розблокувати { $place }
blocks-addresses = Електронні адреси
blocks-email = Заблокувати електронну адресу
blocks-email-hint = Її буде одразу зашифровано й більше ніколи не показано.
blocks-an-address = Електронна адреса
blocks-since = заблоковано { $day }
blocks-since-by = заблоковано { $day }, { $name }
blocks-nothing-typed = Введіть, що заблокувати.
blocks-domains = Поштові домени
blocks-domain = Заблокувати поштовий домен
blocks-domain-hint = Блокує всі електронні адреси цього домену та його піддоменів: example.org охоплює й news.example.org.
blocks-domain-wrong = Вкажіть домен, який можна заблокувати, наприклад example.org.
blocks-networks = Мережі
blocks-network = Заблокувати мережу
blocks-network-hint = IP-адреса, наприклад 192.0.2.7, або мережа, наприклад 192.0.2.0/24. Адреса IPv6 блокує всю свою мережу /64.
blocks-network-wrong = Вкажіть IP-адресу, наприклад 192.0.2.7, або мережу, наприклад 192.0.2.0/24.
blocks-network-too-wide = У цій мережі забагато людей. Найбільша, яку можна заблокувати, — /8, а для IPv6 — /16.

## Cards, filters and bulk actions

queue-only-article = Коментарі до цієї статті
queue-commenter = Про коментатора
queue-reply = Відповісти
queue-edit = Редагувати
queue-spam-score = Спам { $percent } %
queue-signals-against = Вказує на спам: { $signals }
queue-signals-for = Вказує на схвалення: { $signals }
queue-group-button = { $act }: { $count }, схожі на коментар ({ $name })
queue-undo-failed = Не скасовано: сайт не відповів. Спробуйте ще раз.
queue-meanwhile = Тим часом: #1.
queue-meanwhile-gone = Тим часом автор видалив коментар.
queue-look-further = Серед переглянутих коментарів збігів немає. Можливо, вони є серед давніших.
keys-on = Гарячі клавіші ввімкнено в цьому браузері
queue-failed = Рішення не збережено: сайт не відповів. Коментар повернуто; спробуйте ще раз.
queue-signed-out = Ви вийшли із системи, тому рішення не збережено. Увійдіть в іншій вкладці й спробуйте ще раз.
queue-elsewhere = #1: #2.
queue-restored = Коментар (#1) повернуто.
queue-new = Нових: #
queue-now-held = повернуто на модерацію
queue-now-approved = схвалено
queue-now-spam = позначено як спам
queue-now-trashed = переміщено в кошик
history-held = { $count ->
    [one] Ще { $count } на модерації
    [few] Ще { $count } на модерації
    [many] Ще { $count } на модерації
   *[other] Ще { $count } на модерації
}
history-since = уперше тут { $day }
history-none = Надіслано без електронної адреси
history-network = { $count ->
    [one] Ще { $count } з тієї самої мережі
    [few] Ще { $count } з тієї самої мережі
    [many] Ще { $count } з тієї самої мережі
   *[other] Ще { $count } з тієї самої мережі
}
history-network-many = Двадцять або більше з тієї самої мережі
group-count = { $count ->
    [one] { $count } схожий коментар
    [few] { $count } схожі коментарі
    [many] { $count } схожих коментарів
   *[other] { $count } схожого коментаря
}
group-networks = { $count ->
    [one] з { $count } мережі
    [few] із { $count } мереж
    [many] із { $count } мереж
   *[other] із { $count } мережі
}
group-since = від { $time }
group-show = Показати всі
queue-empty-narrow = Немає коментарів, що відповідають фільтрам.
filter-title = Фільтр
filter-search = Пошук
filter-reason = Причина
filter-age = Давність
filter-any = Усі
filter-show = Застосувати
filter-none = Скинути фільтри
filter-drop = Прибрати
filter-article = До статті «{ $title }»
filter-author = Від одного коментатора
filter-network = З однієї мережі
filter-similar = Схожі коментарі
age-within-1 = За останню добу
age-within-7 = За останні 7 днів
age-within-30 = За останні 30 днів
age-over-1 = Давніші за добу
age-over-7 = Давніші за 7 днів
age-over-30 = Давніші за 30 днів
kind-everything-is-held = На модерацію йдуть усі коментарі
kind-first-timer = Новий або непідтверджений коментатор
kind-links = Багато посилань
kind-hold-word = Підозріле слово
kind-refuse-word = Заборонене слово
kind-blocked-email = Заблокована електронна адреса
kind-blocked-domain = Заблокований поштовий домен
kind-blocked-network = Заблокована мережа
kind-honeypot-filled = Заповнено приховане поле
kind-being-checked = Очікує зовнішньої перевірки на спам
kind-checker-spam = Спам за результатом зовнішньої перевірки
kind-check-expired = Зовнішня перевірка на спам не відповіла
matching-all = Застосувати до всіх знайдених:
matching-more = понад { $count }
matching-act = { $act }: усі
matching-why = Причина (зберігається в журналі)
matching-hint = Стосується кожного коментаря в цьому списку, на всіх сторінках, станом на мить, коли ви відкрили цю сторінку. Виконується у фоні, і це можна скасувати.
bulk-label = Перебіг масової дії
bulk-progress = Масова дія: виконано { $done } з { $all }.
bulk-progress-raw = Масова дія: виконано #1 з #2.
bulk-look-again = Оновити сторінку
order-newest = Спершу найновіші
order-score = Спершу ймовірний спам
keys-show = Клавіші (?)
keys-title = Гарячі клавіші
keys-next = Наступний коментар
keys-previous = Попередній коментар
keys-approve = Схвалити
keys-spam = Спам
keys-trash = У кошик
keys-hold = На модерацію
keys-undo = Скасувати останнє рішення
keys-reply = Схвалити й відповісти
keys-edit = Редагувати
keys-select = Вибрати
keys-person = Про коментатора
keys-help = Показати цей перелік
keys-shift = Із Shift клавіші рішень діють на всі вибрані коментарі.
keys-close = Закрити

## Emails to moderators

staff-mail = Сповіщення електронною поштою
staff-mail-explained = Отримуйте лист, коли є коментарі на модерації. У ньому посилання на сторінку, де можна ухвалити рішення без входу.
staff-mail-off = Поштовий сервер не налаштовано. Зверніться до адміністратора.
staff-mail-kept = Вашу електронну адресу збережено й підтверджено. Її зашифровано, і більше її не показують ніде, навіть тут.
staff-mail-unconfirmed = Вашу електронну адресу збережено, але ще не підтверджено: відкрийте посилання в листі, який ми надіслали. Воно діє два дні; доти ми нічого іншого не надсилаємо.
staff-mail-came-back = Листи на збережену адресу поверталися, тому ми більше нічого туди не надсилаємо. Вкажіть, будь ласка, іншу.
staff-mail-address = Електронна адреса
staff-mail-address-hint = Її буде одразу зашифровано й більше нікому не показано.
staff-mail-frequency = Як часто
staff-mail-frequency-save = Зберегти
staff-mail-act = Зберегти адресу
staff-mail-remove = Видалити адресу
staff-mail-missing = Вкажіть, будь ласка, електронну адресу.
staff-mail-too-soon = Ви щойно вказали адресу. Зачекайте хвилину, перш ніж вказати іншу.
staff-mail-asked = Ми надіслали лист на цю адресу. Відкрийте посилання в ньому, щоб її підтвердити.
staff-mail-removed = Адресу видалено. Листів більше не буде.
staff-mail-changed = Налаштування сповіщень збережено.
digest-frequency-never = Ніколи
digest-frequency-each = Про кожен коментар, не частіше ніж раз на дві хвилини
digest-frequency-hourly = Не частіше ніж раз на годину
digest-frequency-daily = Щоранку о восьмій
staff-email-subject = Підтвердьте свою електронну адресу – { $title }
staff-email-why = Хтось із редакції сайту { $title }, імовірно ви, хоче отримувати на цю адресу листи про коментарі на модерації. Щоб підтвердити адресу, відкрийте цю сторінку й натисніть на ній кнопку:
staff-email-act = Підтвердити електронну адресу
staff-email-not-you = Якщо це були не ви, не зважайте на цей лист: більше ми нічого не надсилатимемо. Посилання діє два дні.
staff-confirm-title = Підтвердьте свою електронну адресу
staff-confirm-explained = Якщо ви модеруєте коментарі на сайті { $title } і вказали адресу, на яку надійшло це посилання, підтвердьте її. Після цього на неї надходитимуть листи про коментарі на модерації.
staff-confirmed = Вашу електронну адресу підтверджено
staff-confirmed-explained = Листи про коментарі на модерації надходитимуть на неї так часто, як ви вибрали.
staff-confirm-void = Посилання неправильне або застаріле, або пізніше вказано іншу адресу. Новий лист можна замовити на сторінці облікового запису.
signed-void = Посилання більше не діє
digest-void = Посилання з листа діє тиждень і перестає діяти, якщо вийти всюди або змінити парольну фразу. Усі коментарі на модерації є і в черзі модерації.
digest-title = Чекають на рішення
digest-subject = { $count ->
    [one] { $count } коментар на модерації – { $title }
    [few] { $count } коментарі на модерації – { $title }
    [many] { $count } коментарів на модерації – { $title }
   *[other] { $count } коментаря на модерації – { $title }
}
digest-waiting = { $count ->
    [one] На сайті { $title } модерації очікує { $count } коментар.
    [few] На сайті { $title } модерації очікують { $count } коментарі.
    [many] На сайті { $title } модерації очікують { $count } коментарів.
   *[other] На сайті { $title } модерації очікують { $count } коментаря.
}
digest-more = { $count ->
    [one] І ще { $count } давніший.
    [few] І ще { $count } давніші.
    [many] І ще { $count } давніших.
   *[other] І ще { $count } давнішого.
}
digest-read = Переглянути коментарі
digest-good-until = Посилання діє до { $time } і лише для вас: хто має його, може модерувати від вашого імені, тому не пересилайте його нікому.
digest-stop = Відписатися від цих листів
digest-log-ends = Журнал модерації закінчується на { $end } (для broadsheet check log --checkpoint).
digest-why = з листа
digest-empty = Усі ці коментарі вже розглянуто.
digest-all = Усі коментарі на цій сторінці:
digest-no-more = Уже розглянуто
digest-decided = Коментар ({ $name }) має стан «{ $status }» (рішення: { $by }).
digest-settled = Коментар ({ $name }) тепер має стан «{ $status }».
digest-erased = { $count ->
    [one] { $count } коментар видалив автор.
    [few] { $count } коментарі видалили автори.
    [many] { $count } коментарів видалили автори.
   *[other] { $count } коментаря видалили автори.
}
digest-too-fast = { $count ->
    [one] Зашвидко. Нічого не змінено; спробуйте ще раз через { $count } секунду.
    [few] Зашвидко. Нічого не змінено; спробуйте ще раз через { $count } секунди.
    [many] Зашвидко. Нічого не змінено; спробуйте ще раз через { $count } секунд.
   *[other] Зашвидко. Нічого не змінено; спробуйте ще раз через { $count } секунди.
}
digest-to-queue = Перейти до черги модерації
digest-stop-title = Припинити ці листи?
digest-stop-explained = Ви отримуєте листи, коли на сайті { $title } є коментарі на модерації. Натисніть кнопку, щоб їх припинити.
digest-stop-act = Відписатися
digest-stopped = Ви відписалися
digest-stopped-explained = Той, який уже надіслано, ще може надійти. Знову ввімкнути ці листи можна на сторінці облікового запису.

## The spam filter

kind-learned-spam = Спам-фільтр
reason-learned-spam = Спам-фільтр упевнений на { $likelihood } %, що це спам
admin-spam-filter = Спам-фільтр
feature-word = слово «{ $word }»
feature-pair = слова «{ $words }»
feature-link = посилання на { $host }
feature-website-at = сайт { $host }
feature-name = «{ $word }» в імені
feature-no-link = без посилань
feature-one-link = одне посилання
feature-few-links = кілька посилань
feature-many-links = багато посилань
feature-very-short = лише кілька слів
feature-short = короткий текст
feature-medium = текст середньої довжини
feature-long = довгий текст
feature-capitals = багато великих літер
feature-all-capitals = майже все великими літерами
feature-exclamations = багато знаків оклику
feature-mixed-alphabets = дві абетки в одному слові
feature-invisible-characters = невидимі символи
feature-digits-for-letters = цифри замість літер
feature-spaced-letters = слово з пробілами між літерами
feature-website = вказано сайт
spam-filter-explained = Спам-фільтр навчається на рішеннях ваших модераторів і оцінює, наскільки ймовірно, що новий коментар відхилять, тобто позначать як спам або перемістять у кошик. Більше він не навчається ні на чому, і нічого з вивченого не залишає цей сайт. Скасоване рішення фільтр забуває.
spam-filter-examples = На чому він навчився
spam-filter-approved = { $count ->
    [one] { $count } схвалений коментар
    [few] { $count } схвалені коментарі
    [many] { $count } схвалених коментарів
   *[other] { $count } схваленого коментаря
}
spam-filter-refused = { $count ->
    [one] { $count } відхилений коментар
    [few] { $count } відхилені коментарі
    [many] { $count } відхилених коментарів
   *[other] { $count } відхиленого коментаря
}
spam-filter-few = Цього ще замало. Фільтр запрацює, коли рішення буде ухвалено щодо { $least } коментарів кожного виду.
spam-filter-similar-groups = Із багатьох схожих коментарів враховуються лише перші десять.
spam-filter-accuracy = Точність
spam-filter-untested = Ще не розглянуто жодного коментаря, який фільтр перед тим оцінив. Коли такі будуть, тут буде видно, як часто він мав рацію.
spam-filter-tested = { $count ->
    [one] Фільтр оцінив { $count } коментар, перш ніж вирішив модератор. Якби він вирішував сам:
    [few] Фільтр оцінив кожен з останніх { $count } коментарів, перш ніж вирішив модератор. Якби він вирішував сам:
    [many] Фільтр оцінив кожен з останніх { $count } коментарів, перш ніж вирішив модератор. Якби він вирішував сам:
   *[other] Фільтр оцінив кожен з останніх { $count } коментарів, перш ніж вирішив модератор. Якби він вирішував сам:
}
spam-filter-unsure = Їх мало, тому ці числа можуть бути випадковими.
spam-filter-from = Від
spam-filter-percent = { $percent } %
spam-filter-would = Відхилив би фільтр
spam-filter-precision = Відхилили й модератори
spam-filter-recall = Частка всіх відхилених
spam-filter-agreed-part = { $number } ({ $percent } %)
spam-filter-nothing = немає
spam-filter-look = Показати помилки від { $percent } %
spam-filter-preview = Помилки від { $percent } %
spam-filter-no-false-positives = Немає: кожен коментар, який відхилив би фільтр, відхилили й модератори.
spam-filter-no-refusal = Немає: фільтр не відхилив би нічого.
spam-filter-false-positives = { $count ->
    [one] Фільтр відхилив би { $count } коментар, який ваші модератори схвалили:
    [few] Фільтр відхилив би { $count } коментарі, які ваші модератори схвалили. Найновіші з них:
    [many] Фільтр відхилив би { $count } коментарів, які ваші модератори схвалили. Найновіші з них:
   *[other] Фільтр відхилив би { $count } коментаря, які ваші модератори схвалили. Найновіші з них:
}
spam-filter-likely = Спам { $percent } %
spam-filter-missed = До коментарів, яких фільтр не відхиляє, застосовуються інші правила.
spam-filter-decides = Автоматичні рішення
spam-filter-threshold = Автоматично переміщувати в спам від … %
spam-filter-threshold-hint = Від 50 до 100. 0 вимикає: фільтр лише оцінює, а вирішують модератори. Він ніколи не відхиляє редакцію та коментаторів, які підтвердили свою адресу й мають схвалений коментар.
spam-filter-threshold-wrong = Введіть 0 або число від 50 до 100.
spam-filter-save = Зберегти
spam-filter-try = Попередній перегляд
spam-filter-saved = Збережено.
spam-filter-conflict = Після того як ви відкрили цю сторінку, хтось зберіг інші налаштування. Те, що ви ввели, є у формі нижче; перевірте й збережіть ще раз, якщо потрібно.

## The moderation log

admin-log = Журнал модерації
log-narrow = Фільтр журналу
log-who = Хто
log-anyone = Будь-хто
log-by = { $name }
log-by-itself = автоматично
log-kind = Дія
log-anything = Будь-яка дія
log-kind-decided = Рішення
log-kind-undone = Скасування
log-kind-edited = Редагування коментаря
log-kind-blocked = Блокування
log-kind-unblocked = Розблокування
log-kind-policy-changed = Особливе правило для коментатора
log-kind-emptied = Очищення спаму й кошика
log-to = Новий стан
log-any-status = Будь-який стан
log-from = Від дати
log-until = До дати (включно)
log-show = Застосувати
log-all = Скинути фільтри
log-empty = Журнал порожній.
log-none-such = Немає записів, що відповідають фільтрам.
log-look-further = У цій частині журналу збігів немає. Можливо, вони є серед давніших записів.
log-older = Давніші записи
log-decided-held = { $count ->
    [one] Повернуто на модерацію { $count } коментар
    [few] Повернуто на модерацію { $count } коментарі
    [many] Повернуто на модерацію { $count } коментарів
   *[other] Повернуто на модерацію { $count } коментаря
}
log-decided-approved = { $count ->
    [one] Схвалено { $count } коментар
    [few] Схвалено { $count } коментарі
    [many] Схвалено { $count } коментарів
   *[other] Схвалено { $count } коментаря
}
log-decided-spam = { $count ->
    [one] Позначено як спам { $count } коментар
    [few] Позначено як спам { $count } коментарі
    [many] Позначено як спам { $count } коментарів
   *[other] Позначено як спам { $count } коментаря
}
log-decided-trashed = { $count ->
    [one] Переміщено в кошик { $count } коментар
    [few] Переміщено в кошик { $count } коментарі
    [many] Переміщено в кошик { $count } коментарів
   *[other] Переміщено в кошик { $count } коментаря
}
log-undone = { $count ->
    [one] Скасовано рішення щодо { $count } коментаря
    [few] Скасовано рішення щодо { $count } коментарів
    [many] Скасовано рішення щодо { $count } коментарів
   *[other] Скасовано рішення щодо { $count } коментаря
}
log-edited = Відредаговано коментар ({ $name })
log-blocked-email = Заблоковано електронну адресу
log-blocked-domain = Заблоковано поштовий домен { $domain }
log-blocked-network = Заблоковано мережу
log-unblocked-email = Розблоковано електронну адресу
log-unblocked-domain = Розблоковано поштовий домен { $domain }
log-unblocked-network = Розблоковано мережу
log-policy-changed = Змінено правило для коментатора
log-emptied = { $count ->
    [one] Видалено текст { $count } давнього коментаря зі спаму чи кошика
    [few] Видалено текст { $count } давніх коментарів зі спаму чи кошика
    [many] Видалено текст { $count } давніх коментарів зі спаму чи кошика
   *[other] Видалено текст { $count } давнього коментаря зі спаму чи кошика
}
log-part-of = { $count ->
    [one] Частина дії щодо { $count } коментаря; скасування поверне все разом.
    [few] Частина дії щодо { $count } коментарів; скасування поверне все разом.
    [many] Частина дії щодо { $count } коментарів; скасування поверне все разом.
   *[other] Частина дії щодо { $count } коментаря; скасування поверне все разом.
}
log-words-gone = Коментар, текст якого видалено
log-more-decisions = Ще коментарі
log-place = Номер запису
log-hash = Геш цього запису
log-previous = Геш попереднього запису
log-ends = Кожен запис має геш, обчислений із нього самого та попереднього запису. Зараз журнал закінчується записом { $position }:
log-ends-explained = Збережіть цей рядок деінде. Якщо згодом передати його команді «{ $command }» на сервері, буде видно, чи відтоді щось змінювали.

## Retention and transparency

author-page-purged = Ваш коментар не опубліковано
author-page-purged-explained = { $count ->
    [0] Його відхилено, і відтоді його текст видалено. Прочитати його вже ніхто не може.
    [one] Його відхилено, і через { $count } день текст видалено. Прочитати його вже ніхто не може.
    [few] Його відхилено, і через { $count } дні текст видалено. Прочитати його вже ніхто не може.
    [many] Його відхилено, і через { $count } днів текст видалено. Прочитати його вже ніхто не може.
   *[other] Його відхилено, і через { $count } дня текст видалено. Прочитати його вже ніхто не може.
}
discussion-trash-days = Видаляти спам і вміст кошика через (днів)
discussion-trash-days-hint = Тоді тексти й імена видаляються назавжди, але в статистиці коментарі лишаються. 0 вимикає.
discussion-openness = Прозорість
discussion-transparency = Показувати читачам, скільки коментарів опубліковано й відхилено
discussion-transparency-hint = На окремій сторінці, посилання на яку є внизу кожної: числа за місяцями й причинами, без текстів та імен.
transparency-title = Як ми модеруємо
transparency-explained = Тут враховано всі коментарі читачів за місяцями (UTC), у яких їх надіслано, з їхнім теперішнім станом, крім видалених авторами. Відхилені — це позначені як спам або переміщені в кошик. Відхилений коментар враховано за кожною причиною, через яку його зупинено; якщо його відхилив модератор, причини може не бути.
transparency-none = Коментарів ще немає.
transparency-by-month = Коментарі за місяцями
transparency-came = Усього
transparency-published = Схвалено
transparency-refused = Відхилено
transparency-waiting = Чекають
transparency-by-reason = Відхилені коментарі за причинами
transparency-reason = Причина
transparency-for-everything-is-held = Прочитав модератор, як і кожен коментар
transparency-for-always-held = Коментатор, якого завжди спершу читає модератор
transparency-for-learned-spam = Спам-фільтр
transparency-for-first-timer = Новий або непідтверджений коментатор
transparency-for-links = Багато посилань
transparency-for-hold-word = Підозріле слово
transparency-for-refuse-word = Заборонене слово
transparency-for-blocked-email = Заблокований коментатор
transparency-for-blocked-domain = Заблокований поштовий домен
transparency-for-blocked-network = Заблокована мережа
transparency-for-honeypot-filled = Надіслав бот
transparency-for-being-checked = Перевірявся на спам
transparency-for-checker-spam = Спам за результатом зовнішньої перевірки
transparency-for-check-expired = Не вдалося перевірити на спам

## Commenters, replies by staff, edits by staff

reason-always-held = Коментатор, що завжди проходить модерацію
kind-always-held = Коментатор, що завжди проходить модерацію
author-reason-always-held = Модератор прочитає його, перш ніж він з’явиться.
author-page-staff-edited = Редакція востаннє відредагувала цей коментар { $time }. Ви бачите поточну версію.
commenter-about = Про коментатора
commenter-title = Про коментатора: { $name }
commenter-names = Імена
commenter-first-seen = Уперше тут
commenter-email = Електронна адреса
commenter-verified = підтверджена
commenter-unverified = не підтверджена
commenter-staff = Цей коментар написала редакція, тому сторінки коментатора немає.
commenter-erased = Автор видалив цей коментар, тому про нього більше нічого не відомо.
commenter-no-email = Цей коментар надіслано без електронної адреси, тому знайти інші коментарі цієї людини неможливо.
commenter-gone = Автор видалив цей коментар після того, як ви відкрили сторінку, тому нічого не змінено. Відкрийте цю сторінку з іншого його коментаря, якщо такий є.
commenter-comments = Коментарі цього коментатора
commenter-no-comments = Коментарів не лишилося.
commenter-reply = Відповісти
commenter-edit = Редагувати
commenter-policy-title = Правило для цієї людини
commenter-now-default = Діють загальні правила.
commenter-now-hold = Усі коментарі цієї людини йдуть на модерацію.
commenter-now-trust = Коментарі цієї людини схвалюються автоматично.
commenter-now-blocked = Цю людину заблоковано.
commenter-since-by = Так встановлено { $time } ({ $name }).
commenter-changed-meanwhile = Хтось змінив це раніше, тому вашу зміну не збережено.
commenter-policy-default = Застосувати загальні правила
commenter-policy-hold = Завжди на модерацію
commenter-policy-trust = Завжди довіряти
commenter-policy-blocked = Заблокувати
commenter-explained-default = Діють правила коментування.
commenter-explained-hold = Усі коментарі цієї людини чекають на модератора. Їй не повідомляють, що це стосується лише її.
commenter-explained-trust = Коментарі не йдуть на модерацію через посилання чи підозрілі слова, а також тоді, коли на модерацію йдуть усі. Заборонені слова, блокування та зовнішня перевірка на спам діють і далі.
commenter-explained-blocked = Усі коментарі цієї людини потрапляють у кошик. Причину їй не повідомляють.
commenter-trust-verified = Ввести чужу адресу може будь-хто, тому це діє лише в браузері, де людина підтвердила свою адресу.
commenter-trust-unverified = Це діє в браузері, де людина підтвердила свою адресу, а також під її раніше схваленим іменем, бо за правилами раніше схваленим імені та адресі довіряють без підтвердження.
commenter-block-and-trash = { $count ->
    [one] Заблокувати й перемістити в кошик { $count } коментар на модерації
    [few] Заблокувати й перемістити в кошик { $count } коментарі на модерації
    [many] Заблокувати й перемістити в кошик { $count } коментарів на модерації
   *[other] Заблокувати й перемістити в кошик { $count } коментаря на модерації
}
commenter-done-default = Тепер для цієї людини діють загальні правила.
commenter-done-hold = Тепер усі коментарі цієї людини йдуть на модерацію.
commenter-done-trust = Тепер коментарі цієї людини схвалюються автоматично.
commenter-done-blocked = Тепер цю людину заблоковано.
commenter-reason = Причина (необов’язково)
commenter-reason-hint = Назавжди зберігається в журналі, тому не вказуйте електронних адрес.
note-is-email = Тут є електронна адреса, а журнал згодом змінити не можна. Приберіть її, будь ласка.
commenter-notes = Нотатки
commenter-notes-explained = Тут нотатки бачить лише редакція. Коментатор, який завантажує свої дані, отримає і їх.
commenter-note = Нотатка про цього коментатора
commenter-note-add = Додати нотатку
commenter-note-missing = Напишіть, будь ласка, нотатку.
commenter-note-is-email = Тут є електронна адреса, а їх ніде не показують. Приберіть її, будь ласка.
commenter-note-added = Нотатку збережено.
commenter-note-delete = Видалити нотатку
commenter-note-deleted = Нотатку видалено.
reply-title = Відповідь на коментар
reply-label = Ваша відповідь для { $name }
reply-as = Її буде опубліковано одразу, під іменем { $name }.
reply-submit = Відповісти
reply-approve-submit = Схвалити й відповісти
reply-approved-too = Коментар схвалено, відповідь опубліковано.
reply-published = Відповідь опубліковано.
reply-not-sent = Вашу відповідь не надіслано. Текст нижче; надішліть його ще раз, якщо він досі доречний.
reply-gone = Автор видалив цей коментар, тому вашу відповідь не надіслано. Текст нижче.
reply-sign-in = Ви вийшли із системи, тому нічого не надіслано. Увійдіть в іншому вікні й надішліть ще раз.
edit-title = Редагувати коментар ({ $name })
edit-explained = Коментар лишається на своєму місці, а читачі бачать, що його змінено. Попередні рішення щодо нього скасувати вже не можна, але можна ухвалити нове.
edit-html-hint = Цей коментар імпортовано як HTML. Усе, що не дозволено в коментарях, вилучається.
edit-act = Зберегти зміни
edit-saved = Зміни збережено.
edit-same = Змінювати нічого.
edit-gone = Автор видалив цей коментар, тому його не змінено. Ваш текст нижче.
edit-conflict = Автор змінив цей коментар після того, як ви відкрили сторінку. Тут обидві версії; якщо зберегти ще раз, ваша замінить його версію.
edit-overtaken-by = Після того як ви відкрили сторінку, цей коментар змінили ({ $name }). Тут обидві версії; якщо зберегти ще раз, ваша замінить іншу.
edit-theirs = Поточна версія
edit-versions = Попередні версії
edit-version = До { $time }, коли коментар змінили ({ $name })
edit-restore = Відновити цю версію

## Comments that are no longer there

queue-gone = Жодного з цих коментарів уже не можна змінити: рішення щодо них ухвалено або автори їх видалили.
