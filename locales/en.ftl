## Every page

skip-to-content = Skip to content
front-page = Front page
feed = RSS feed
sign-in = Sign in
sign-out = Sign out
paging = Pagination
paging-newest = Newest articles
paging-older-articles = Older articles
language-en = English
language-uk = Українська

## Articles and comments as readers see them

front-empty = Nothing has been published yet.
article-by = By
article-updated = Updated
article-source = Source:
article-appeal = Message from the publication
replies-heading = { $count ->
    [one] One comment
   *[other] { $count } comments
}
replies-count = { $count ->
    [0] No comments
    [one] 1 comment
   *[other] { $count } comments
}
replies-none = No comments yet
replies-closed = Comments are closed.
reply = Reply
reply-to-name = Reply to { $name }
reply-in-answer-to = in reply to

## The comment form

leave-a-reply = Leave a Reply
email-not-published = Your email address will not be published.
required-marked = Required fields are marked
field-comment = Comment
field-comment-hint = You can use Markdown: *emphasis*, [links](https://example.org), lists, > quotations, `code`.
field-name = Name
field-email = Email
field-website = Website
field-trap = Leave this field empty
remember-me = Save my name, email, and website in this browser for the next time I comment.
post-comment = Post Comment
subscribe-replies = Notify me of replies to my comment
subscribe-all = Notify me of all new comments on this article
subscribe-hint = By email, at most once an hour; you can unsubscribe at any time. The first time, we email you a link to confirm your address.
preview = Preview
preview-explained = Preview: this is how readers will see it. It has not been sent yet.
reply-said-already = You have already posted this comment, so it was not saved twice. Your text is below in case you want to change it.
reply-too-soon = { $count ->
    [one] Too fast: another comment came from you or your network a moment ago. Nothing you typed is lost; please send it again in one second.
   *[other] Too fast: another comment came from you or your network a moment ago. Nothing you typed is lost; please send it again in { $count } seconds.
}
cancel-reply = Cancel reply
you-are-answering = You are replying to
form-errors = { $count ->
    [one] Not sent yet. Please fix one thing:
   *[other] Not sent yet. Please fix { $count } things:
}
field-unreadable = This contained characters that cannot be read. They were removed; please check the text and send it again.
field-too-many-characters = This is { $count ->
    [one] one character
   *[other] { $count } characters
} too long: at most { $limit } are allowed. Please shorten it.
field-too-many-bytes = This is { $count ->
    [one] one byte
   *[other] { $count } bytes
} too long: at most { $limit } are allowed. A letter takes one to four bytes.
reply-comment-missing = Please type your comment.
reply-comment-too-long = Your comment is { $count ->
    [one] one byte
   *[other] { $count } bytes
} too long. Please shorten it or post it in parts.
reply-name-missing = Please enter a name. Any name will do.
reply-name-too-long = Your name is too long: at most 245 characters are allowed.
reply-name-is-address = This is an email address, and everyone can see the name. Please enter a name instead.
reply-email-missing = Please enter your email address. It will not be published.
reply-email-malformed = Please enter a valid email address, such as name@example.org.
reply-email-too-long = This email address is too long to be valid. Please check it.
reply-website-wrong = Please enter a valid web address, such as https://example.org, or leave this field empty.
reply-website-too-long = This web address is too long: at most 200 characters are allowed, and letters other than a–z count as several. The address of your home page is enough.
reply-answered-gone = The comment you replied to has been removed. You can still post your text as a comment on the article.
reply-article-gone = This article has been removed, so your comment was not saved. Your text is below in case you need it.
replies-closed-kept = Comments on this article have been closed, so yours was not saved. Your text is below in case you need it.
reply-too-fast = { $count ->
    [one] Too fast: too many comments came from your network. Nothing you typed is lost; please send it again in one second.
   *[other] Too fast: too many comments came from your network. Nothing you typed is lost; please send it again in { $count } seconds.
}
reply-cross-site = Your comment was not sent yet: your browser said that it came from another website, or did not say where it came from. Nothing you typed is lost; please read it and send it from this page. If this page comes back, open our site in another browser.
reply-unavailable = Your comment may not have been saved: our database is not responding. Your text is below; please send it again in a moment. It will not be posted twice.
reply-not-saved = Your comment was not saved because of an error on our side. Your text is below; please send it again. If you contact us about this, quote the reference { $reference }.
reply-not-kept-title = Your comment was not sent
reply-your-words = Your comment

## The page of one's comment

held-title = Your comment
held-back-to = Back to “{ $title }”
author-page-already = You have already posted this comment. Here it is.
author-page-changed = Changes saved.
author-page-mailed = We emailed you a link. Open it to confirm your address in this browser. A link sent within the last hour still works.
author-page-held = Your comment is awaiting moderation
author-page-held-explained = We received it. It will appear once a moderator approves it. Only you can see this page: bookmark it to come back, edit your comment for a while, or delete it at any time.
author-page-approved = Your comment is published
author-page-approved-explained = Everyone can read it. Only you can see this page: bookmark it to come back, edit your comment for a while, or delete it at any time.
author-page-spam = Your comment was marked as spam
author-page-spam-explained = It is not published. If that was a mistake, a moderator can still approve it.
author-page-trashed = Your comment was not published
author-page-trashed-explained = We decided not to publish it. You can still delete it permanently.
author-page-erased = You deleted your comment
author-page-erased-explained = Its text is gone for good. Replies by others stay.
author-page-why = Why:
author-page-read = View on the page
author-page-verify = Confirm your email
author-page-verify-explained = We can email you a link to confirm your address. After that your comments from this browser can appear without waiting, and you can see all your comments on one page.
author-page-verify-act = Email me the link
author-page-change = Edit your comment
author-page-change-until = You can edit it until { $time }. An edited comment is checked again like a new one, and may be hidden until a moderator has read it.
author-page-change-act = Save changes
author-page-delete = Delete this comment
author-page-delete-explained = The text is deleted immediately and permanently. Nobody can restore it.
author-page-delete-act = Delete now
author-page-too-late = This comment can no longer be edited. You can delete it and post a new one. Your edited text is below.
author-page-conflict = This comment was edited or decided on after you opened this page. Your edited text is below; check the comment as it is now, and save again if your change still fits.
author-page-too-fast = { $count ->
    [one] Too fast. Nothing you typed is lost; please send it again in one second.
   *[other] Too fast. Nothing you typed is lost; please send it again in { $count } seconds.
}
author-page-gone = The link to this page no longer works, so nothing was changed. Your text is below.
author-page-unavailable = Your change was not saved: our database is not responding. If you edited your comment, the text is below; go back and send it again in a moment.
author-page-broke = Your change was not saved because of an error on our side. If you edited your comment, the text is below. If you contact us about this, quote the reference { $reference }.

## The page of a commenter

commenter-page-title = Your comments
commenter-page-verify-explained = This link was sent only to your email address. Confirm that you requested it; after that your comments from this browser can appear without waiting.
commenter-page-verify-browser-explained = Your address is not confirmed in this browser yet. If this is your browser, confirm it; after that your comments from it can appear without waiting.
commenter-page-verify-act = Confirm my email address
commenter-page-verified = Thank you. Your email address is confirmed in this browser.
commenter-page-requested = You asked to be notified of
commenter-page-suppressed = Emails to your address came back, so we stopped sending them. If the address works again, press the button below.
commenter-page-comments = Your comments
commenter-page-no-comments = No comments yet.
commenter-page-look = View, edit or delete
commenter-page-older = Older comments
commenter-page-subscriptions = Email notifications
commenter-page-no-subscriptions = None. To get them, tick a box under the comment form.
commenter-page-replies = Replies to you
commenter-page-all = All comments
commenter-page-end = Unsubscribe
commenter-page-end-label = Unsubscribe from “{ $title }”
commenter-page-ended = You are unsubscribed.
commenter-page-data = Your data
commenter-page-data-take = Download all your data
commenter-page-browsers = { $count ->
    [one] Your address is confirmed in one browser
   *[other] Your address is confirmed in { $count } browsers
}
commenter-page-forget-explained = Forget them all, for example after using someone else’s computer. The link you used to open this page stops working too; we email you a new one when you ask for it.
commenter-page-forget-act = Forget all browsers and this link
commenter-page-forgotten = All browsers forgotten
commenter-page-forgotten-explained = Your address is no longer confirmed in any browser, and the old link has stopped working. To get a new link, post a comment with a notification box ticked, or press “Email me the link” on the page of one of your comments.
commenter-page-erase = Delete everything
commenter-page-erase-explained = All your comments lose their text and your name permanently, your notifications end, and your email address is deleted. Replies by others stay. This cannot be undone.
commenter-page-erase-sure = Yes, delete everything
commenter-page-erase-act = Delete everything now
commenter-page-erased = Everything is deleted
commenter-page-erased-explained = { $count ->
    [0] There were no comments; your email address is deleted.
    [one] One comment and your email address are deleted.
   *[other] { $count } comments and your email address are deleted.
}
commenter-page-erased-blocked = Your email address is blocked on this site. We keep an encrypted copy of it, and nothing else, so that the block stays in place.
unsubscribe-title = Stop these emails
unsubscribe-explained = You get emails about new comments on “{ $title }”. Press to stop these emails.
unsubscribe-act = Unsubscribe
unsubscribe-all = All your comments
unsubscribe-all-explained = All your comments and notifications are on one page. For your safety, the link to it is not in notification emails; we email it to you separately.
unsubscribe-done = You are unsubscribed
unsubscribe-done-explained = You will get no more emails about these comments. One that is already on its way may still arrive.

## Emails to commenters

email-proof-subject = Confirm your email address – { $title }
email-proof-why = Someone, probably you, commented on { $title } with this email address and asked for email. To confirm the address, open this page and press its button:
email-proof-act = Confirm email address
email-proof-then = After that your comments from that browser can appear without waiting. The same page shows all your comments and lets you stop any notification. Keep this email so that you can find it again.
email-proof-not-you = If this was not you, ignore this email: unless you confirm, we send no notifications, and we ask at most three times.
email-answers-subject = { $count ->
    [one] New reply to your comment on “{ $title }”
   *[other] { $count } new replies to your comments on “{ $title }”
}
email-answers = { $count ->
    [one] Someone replied to your comment on “{ $title }”:
   *[other] There are { $count } new replies to your comments on “{ $title }”:
}
email-replies-subject = { $count ->
    [one] New comment on “{ $title }”
   *[other] { $count } new comments on “{ $title }”
}
email-replies = { $count ->
    [one] There is a new comment on “{ $title }”:
   *[other] There are { $count } new comments on “{ $title }”:
}
email-more = { $count ->
    [one] And one more.
   *[other] And { $count } more.
}
email-read = View all comments
email-read-this = View on the page
email-why = You get this email because you asked { $title } to notify you.
email-end = Unsubscribe from these emails

## When something goes wrong

error-reference = If you contact us about this, quote the reference { $reference }.
error-to-front = Go to the front page
error-not-found = Page not found
error-not-found-advice = The address may be mistyped, or the page has been removed. The newest articles are on the front page.
missing-advice = The address may be mistyped, or the page has been removed.
missing-perhaps = Were you looking for one of these?
missing-newest = Newest articles
error-forbidden = You are not allowed to do this
error-forbidden-advice = Your account does not have permission, or the form was sent from another site. If you typed something, go back: your browser still has it.
error-method = This address does not accept that
error-method-advice = Go back to the page you came from, and try again from there.
error-timeout = That took too long
error-timeout-advice = The connection was idle for too long. If you typed something, go back and send it again.
error-too-large = That is too much at once
error-too-large-advice = You sent more than we accept. Go back: your browser still has it. Shorten it, or send it in parts.
error-unavailable = We will be back in a moment
error-unavailable-advice = Our database is not responding. Please try again in a few seconds.
error-bad-request = We could not read that
error-bad-request-advice = Your browser sent something we could not read. Go back to the page you came from, and try again from there.
error-internal = Something went wrong
error-internal-advice = This is an error on our side, and it has been logged. Please try again.

## Accounts

account-name = Name
account-name-wrong = Please enter a name of at most 245 characters.
account-username = Username
account-username-hint = One word, used only to sign in. Readers do not see it, so choose one that your name does not give away.
account-username-wrong = A username is one word of at most 60 characters, without @.
account-username-taken = This username is already in use. Please choose another.
account-passphrase = Passphrase
account-passphrase-hint = At least 15 characters. A few unrelated words work well.
account-passphrase-wrong = A passphrase has 15 to 300 characters. A few unrelated words work well.
passphrase-known-words = This passphrase is mostly your name, username or email, or words from this site. Add a few unrelated words.
passphrase-repetition = This passphrase repeats the same words or characters. Use at least four different, unrelated words.
passphrase-pattern = This passphrase follows the keyboard, the alphabet or the numbers. Use at least four unrelated words.
passphrase-common-words = This passphrase is made of words that are guessed first. Use at least four unrelated words, some of them rare.
account-title = Your account
account-saved = Passphrase changed. Other browsers are signed out.
account-another-passphrase = Change passphrase
account-present = Current passphrase
account-present-wrong = This is not your current passphrase.
account-new = New passphrase
account-change = Change passphrase
account-everywhere = Sign out everywhere
account-everywhere-explained = Ends your sessions in all browsers, including this one.
account-everywhere-act = Sign out everywhere
sign-in-wrong = The username or the passphrase is wrong.
sign-in-wait = { $count ->
    [one] Too many attempts. Please wait one second and try again.
   *[other] Too many attempts. Please wait { $count } seconds and try again.
}
sign-in-busy = { $count ->
    [one] Too many people are trying to sign in right now. Please wait one second and try again.
   *[other] Too many people are trying to sign in right now. Please wait { $count } seconds and try again.
}
setup-title = Set up this site
setup-explained = This link works once, within 24 hours of the start. It creates the first administrator account, which can do everything here.
setup-expired = This link is more than 24 hours old and no longer works. Restart Broadsheet: its log then shows a new link.
setup-act = Create administrator account
role-moderator = moderator
role-editor = editor
role-admin = administrator
resubmit-signed-out-title = Your session has ended
resubmit-signed-out-explained = Nothing you typed is lost: it is on this page. Sign in again in another tab, then come back here and send it.
resubmit-sign-in = Sign in in another tab
resubmit-signed-out-again = I have signed in; send it again
resubmit-invalid-title = Not saved yet
resubmit-invalid-explained = Please change the field below and send the form again. Nothing you entered is lost.
resubmit-invalid-again = Send it again
resubmit-cross-site-title = This was not saved
resubmit-cross-site-explained = Your browser said that this form came from another website, or did not say where it came from. Please read what it contains. If you filled it in here, nothing is lost: send it from this page. If this page comes back, open our site in another browser.
resubmit-cross-site-again = Send it from here
resubmit-fields = What will be sent
resubmit-confirmed = I filled in this form on this site
resubmit-unavailable-title = This was not saved
resubmit-unavailable-explained = Our database is not responding. Nothing you typed is lost: it is on this page. Leave it open, and send it again in a moment. If it was saved after all, you will see a message, or find it twice.
resubmit-unavailable-again = Send it again
resubmit-internal-title = This was not saved
resubmit-internal-explained = An error happened on our side. Nothing you typed is lost: it is on this page, and you can send it again.
resubmit-internal-again = Send it again

## The admin menu

admin = Admin menu
admin-comments = Comments
admin-articles = Articles
admin-settings = Settings
admin-waiting = awaiting moderation

## The moderation queue

queue-tabs = Comments by status
queue-held = Pending
queue-approved = Approved
queue-spam = Spam
queue-trashed = Trash
queue-empty-held = No comments are awaiting moderation. Well done.
queue-empty-approved = No approved comments yet.
queue-empty-spam = No spam.
queue-empty-trashed = The trash is empty.
queue-ticked = Selected comments:
queue-select-all = Select all
queue-select = Select the comment by { $name }
queue-approve = Approve
queue-hold = Hold
queue-trash = Trash
queue-not-spam = Not spam
queue-restore = Restore
queue-button = { $act }: comment by { $name }
queue-comment-by = Comment by { $name }
queue-older = Older comments
queue-undo = Undo
queue-undone = { $count ->
    [one] Undone: one comment is back where it was.
   *[other] Undone: { $count } comments are back where they were.
}
queue-done-held = { $count ->
    [one] One comment moved to pending.
   *[other] { $count } comments moved to pending.
}
queue-done-approved = { $count ->
    [one] One comment approved.
   *[other] { $count } comments approved.
}
queue-done-spam = { $count ->
    [one] One comment marked as spam.
   *[other] { $count } comments marked as spam.
}
queue-done-trashed = { $count ->
    [one] One comment moved to the trash.
   *[other] { $count } comments moved to the trash.
}
queue-none-ticked = No comments were selected, so nothing was changed.
queue-nothing-undone = Nothing to undo: these comments have been decided on again since.
queue-conflict = Someone else decided first: the comment by { $name } is { $status } ({ $by }). Their decision stands.
queue-changed = The comment by { $name } was edited after you opened the page, so nothing was decided. Please read it again.
queue-decided-by = Last decision by { $name }
status-held = pending
status-approved = approved
status-spam = spam
status-trashed = in the trash
reason-everything-is-held = All comments are held
reason-first-timer = New or unconfirmed commenter
reason-links = { $count ->
    [one] Contains one link
   *[other] Contains { $count } links
}
reason-imitated-name = Commenter’s name is that of the staff or the publication, or looks like it: “{ $name }”
reason-hold-word = Suspect word: “{ $word }”
reason-refuse-word = Banned word: “{ $word }”
reason-blocked-email = Blocked email address
reason-blocked-domain = Blocked email domain: { $domain }
reason-blocked-network = Blocked network
reason-honeypot-filled = Filled in a hidden field, as bots do
reason-being-checked = Waiting for the external spam check
reason-checker-spam = Spam according to the external check
reason-check-expired = The external spam check did not answer
author-reason-everything-is-held = A moderator reads every comment first.
author-reason-first-timer = A moderator reads the first comments of new commenters.
author-reason-links = { $count ->
    [one] It contains one link.
   *[other] It contains { $count } links.
}
author-reason-hold-word = It contains a word that a moderator wants to check.
author-reason-being-checked = It is being checked for spam, which takes about a minute.
author-reason-check-expired = The spam check did not answer, so a moderator will read it.
history-first = First comment from this email address
history-approved = { $count ->
    [one] One other approved
   *[other] { $count } others approved
}
history-refused = { $count ->
    [one] One other rejected
   *[other] { $count } others rejected
}

## Articles in the admin area

list-empty = No articles yet.
state-draft = Draft
state-scheduled = Scheduled
state-published = Published
editor-new = New article
editor-new-page = New page
editor-edit = Edit article
editor-read = View article
editor-saved = Saved.
editor-new-topics = New topics: { $names }.
editor-title = Title
editor-title-missing = Please enter a title.
editor-standfirst = Standfirst
editor-standfirst-hint = The excerpt: one or two sentences shown under the title and in lists of articles.
editor-sources = Sources
editor-body = Text
editor-body-hint = Line breaks are kept; leave a blank line between paragraphs. Markdown: > for a quotation, - or 1. for a list, ## for a heading, *emphasis*, [link](https://example.org), code between lines of ```.
editor-body-hint-html = This article was imported as HTML. Scripts and content loaded from other sites are removed on saving.
editor-topics = Topics
editor-topics-hint = One topic per line, or several with commas between them. New names create new topics.
editor-topics-offered = Choose existing topics
editor-pinned = Pin to the top of the front page
editor-is-page = This is a page, not an article
editor-is-page-hint = For pages such as About or Imprint: no date in the web address, and not on the front page, in the feed or under topics. The message under every article is not shown, and comments are off until you allow them.
note-protected = Imported from WordPress, where it was password-protected. It is a draft here so that nobody reads it by accident.
note-private = Imported from WordPress, where it was private.
note-pending = Imported from WordPress, where it was pending review.
note-undated = Imported from WordPress, where it was published without a date that can be right.
note-unknown = Imported from WordPress with a status that Broadsheet does not know.
list-pinned = Pinned
list-page = Page
editor-slug = Web address
editor-slug-hint = The last part of the address. Leave empty to create it from the title.
editor-slug-wrong = Please use letters or digits, at most 100 characters.
editor-address-taken = The address { $path } is already in use. Choose another web address or another date.
editor-address-taken-free = The address { $path } is already in use. “{ $slug }” is free.
editor-moment = Publish on
editor-moment-hint = Leave empty to publish now. With a date in the future, the article is scheduled and appears at that time. Time zone: { $zone }.
editor-moment-hint-kept = If you leave it empty, the date and the web address stay as they are. Time zone: { $zone }.
editor-moment-wrong = Please enter a valid date and time, such as 2024-07-22T14:05.
editor-moment-year = The year { $year } cannot be right. Please enter a year from { $first } to { $last }, with four digits.
editor-moment-skipped = The clocks go forward and skip this time. The nearest times are { $before } and { $after }.
editor-moment-repeated = The clocks go back, so this time comes twice. Please choose one of the two.
editor-moment-first = The first time, UTC{ $offset }
editor-moment-second = The second time, UTC{ $offset }
editor-replies-open = Allow comments
editor-save = Update
editor-save-draft = Save draft
editor-preview = Preview
editor-preview-label = Preview: this is how readers will see it. Nothing has been saved.
editor-publish = Publish
editor-schedule = Schedule
editor-unpublish = Unpublish
editor-unschedule = Cancel scheduling
editor-ask-reschedule = The article is published. With this date, readers can no longer read it until { $time }.
editor-ask-unpublish = Readers can read this article now. If you unpublish it, its address leads to an error page until you publish it again.
editor-ask-empty = The article has no text. Readers will see only its title and standfirst.
editor-ask-topic = “{ $typed }” would be a new topic. There is already a topic “{ $existing }”.
editor-ask-change = Nothing has been saved yet. You can change the form below, or confirm:
editor-answer-reschedule = Hide it until then
editor-answer-empty = Publish without text
editor-answer-topic = Create the new topic
editor-answer-all = Yes, all of this
editor-ticked = yes
editor-not-ticked = no
editor-conflict = { $name } saved this article at { $time }, after you opened it. Nothing you typed is lost. The form below has your changes together with theirs; where you both changed the same thing, it has yours. Look at the differences, then save.
editor-differences = Differences between your version and the newer one
editor-differences-hint = Lines with − are only in your version, and lines with + only in the newer one.
editor-state = State
editor-merge-theirs = { $name } changed this, and the form below has the change.
editor-merge-mine = You changed this, and the form below has your change.
editor-merge-merged = You and { $name } changed this in different places. The form below has both changes.
editor-merge-partly-merged = You and { $name } both changed this. Where you changed the same lines, the form below has yours; elsewhere it has both changes.
editor-merge-conflict = You and { $name } both changed this. The form below has your version, without theirs.
editor-too-long-to-compare = These texts are too long to compare line by line.
editor-theirs = The whole text of the newer version

## Topics, authors, search

topic = Topic
topics = Topics:
author = Author
search = Search
search-words = Search for
search-act = Search
search-found = { $count ->
    [one] One article found
   *[other] { $count } articles found
}
search-found-many = More than 1,000 articles found
search-no-words = Please enter letters or digits to search for.
search-busy = This search cannot be finished right now: too many searches are running, or its words are too common. Please try again in a few seconds, or use fewer or rarer words.
search-nothing = No articles found that contain all of these words: { $words }.
comments-feed = Comments on { $title }
comment-on = { $name } on “{ $title }”
comment-anonymous = Anonymous

## Settings

settings-saved = Settings saved.
settings-kept = { $count ->
    [one] One article keeps its old address because the new one is already in use.
   *[other] { $count } articles keep their old addresses because the new ones are already in use.
}
settings-conflict = Someone else saved the settings after you opened this page. Their version is here, yours is in the form below. Saving replaces theirs.
settings-title = Site title
settings-title-missing = Please enter a site title.
settings-tagline = Tagline
settings-language = Site language
settings-language-wrong = Please choose one of the languages.
settings-zone = Time zone
settings-zone-hint = Type a city, such as Kyiv or New York.
settings-zone-wrong = No such time zone was found. Please enter a city, or a name such as Europe/Kyiv.
settings-zone-similar = No single time zone has this name. Did you mean { $zones }?
settings-date-order = Dates
date-order-language = As usual in the site’s language
date-order-day-first = Day first: 22 July 2024
date-order-month-first = Month first: July 22, 2024 (in English)
settings-hour-cycle = Times
hour-cycle-language = As usual in the site’s language
hour-cycle-twenty-four = 24 hours: 14:05
hour-cycle-twelve = 12 hours: 2:05 PM
settings-sample-time = Now: { $time }
settings-permalink = Web address format
settings-permalink-hint = Old addresses redirect. Available parts:
settings-permalink-malformed = Start with a slash, and use only a–z, 0–9, hyphens, slashes and the parts in braces.
settings-permalink-not-unique = Add {"{slug}"} or {"{id}"}, so that no two articles have the same address.
settings-permalink-reserved = Another page of the site already uses this first part. Please choose another.
settings-appeal = Message under every article
settings-appeal-hint = Shown above the comments. You can use Markdown.
settings-save = Save settings

## Comment threads

replies-pages = Comment pages
replies-page = Page { $page } of { $pages }
replies-older = Older comments
replies-newer = Newer comments
reply-by-author = Author
reply-by-staff = Staff
reply-edited = edited
thread-more = { $count ->
    [one] One more reply in this thread
   *[other] { $count } more replies in this thread
}
thread-heading = { $count ->
    [one] One reply in this thread
   *[other] { $count } replies in this thread
}
thread-begins = Go to the start of this thread
article-feed = Comments on “{ $title }”

## Comment settings

admin-discussion = Comment settings
admin-blocks = Blocklist
discussion-rules = Rules
discussion-saved = Saved. The rules apply from the next comment on.
discussion-conflict = Someone else saved settings after you opened this page. Everything you typed is in the form below; saving replaces their version.
discussion-as-it-is = View the current settings
discussion-number-wrong = Please enter a whole number from { $least } to { $most }.
discussion-threads = Threads
discussion-depth = Levels of nested replies
discussion-depth-hint = From 2 to 10. Deeper replies are shown at the last level.
discussion-newest-first = Show the newest comments first
discussion-newest-first-hint = Replies to a comment stay in the order they were written.
discussion-closing = Closing
discussion-close = Close comments after (days)
discussion-close-hint = Counted from the day an article is published. 0 turns this off.
discussion-holding = Moderation
discussion-hold-everything = Hold all comments
discussion-first-timers = Hold comments from first-time commenters
discussion-first-timers-hint = Until they have confirmed their email address and had a comment approved.
discussion-first-timers-without-mail = This site does not send email, so nobody can confirm an address: with the box above ticked, every comment is held unless the next box is ticked too.
discussion-unverified = Trust a previously approved name and email without confirmation
discussion-unverified-hint = Not recommended: anyone who guesses the email address of an approved commenter can post under that name at once, and learns that the guess was right.
discussion-links = Hold comments with at least this many links
discussion-links-hint = The website field does not count. 0 turns this off.
discussion-syntax = Word lists check the name, website and text of a comment, never the email address. Type one entry per line; upper and lower case are the same.
discussion-syntax-words = these words, but not as part of longer words
discussion-syntax-open = also inside longer words: an asterisk leaves that end open
discussion-syntax-regex = between slashes, a regular expression
discussion-hold-words = Suspect words
discussion-hold-words-hint = Comments that contain one are held for moderation.
discussion-refuse-words = Banned words
discussion-refuse-words-hint = Comments that contain one go to the trash, whatever the other rules say.
discussion-try = Test the word lists
discussion-try-hint = Shows what both lists would have done to the last thousand comments. Nothing is saved.
discussion-only-tried = The word lists were tested; nothing has been saved yet.
discussion-see-tried = View the results
word-list-error-regex = Line { $line } is not a valid regular expression, or it is too large. Back-references are not supported.
word-list-error-too-long = Line { $line } is too long: at most 500 bytes are allowed.
word-list-error-too-broad = Line { $line } would match every comment.
word-list-error-too-slow = Line { $line } would take too long: the regular expression needs more than 20 milliseconds for a long comment. Write it with fewer or smaller repetitions.
word-list-error-too-many = Too many entries from line { $line } on: a list holds at most 20,000 lines, of which 200 may be regular expressions.
preview-on = { $count ->
    [0] There are no comments to test it on yet.
    [one] Tested on the last comment.
   *[other] Tested on the last { $count } comments.
}
preview-line = Line
preview-entry = Entry
preview-result = Result
preview-all = Whole list
preview-hold = would have held { $all }, of which you approved { $approved }
preview-refuse = would have rejected { $all }, of which you approved { $approved }
preview-hold-none = Line { $line } would have held none of them.
preview-refuse-none = Line { $line } would have rejected none of them.
preview-refused = { $count ->
    [one] one is spam or in the trash
   *[other] { $count } are spam or in the trash
}
preview-more = { $count ->
    [one] One more line had matches.
   *[other] { $count } more lines had matches.
}
discussion-floods = Rate limit
discussion-flood = Seconds between two comments
discussion-flood-hint = Applies to one email address or one network. Anyone faster is asked to send the comment again. 0 turns this off.
discussion-after = Editing
discussion-edit = Commenters can edit for (minutes)
discussion-edit-hint = An edited comment is checked again like a new one. 0 turns this off.
discussion-privacy = Privacy
discussion-network-days = Store the network of a comment for (days)
discussion-network-days-hint = Encrypted, for the external spam check. With 0 it is not stored at all.
discussion-checker = External spam check
discussion-checker-url = Service address
discussion-checker-url-hint = A service compatible with Akismet, such as https://rest.akismet.com. Leave empty to use none; the key is then removed.
discussion-checker-wrong = Please enter the address of the service, starting with https://. Only this server itself may use http://.
discussion-checker-key = API key
discussion-key-kept = A key is saved and encrypted. Leave empty to keep it.
discussion-key-none = The key you got from the service. It is encrypted and not shown again.
discussion-key-missing = Please enter the API key of the service.
discussion-key-wrong = A key has at most 200 letters, digits and symbols, without spaces.
discussion-key-forget = Remove the key and stop using the service
discussion-sent-fields = Data sent to the service
discussion-sent-fields-words = Comment text
discussion-sent-fields-name = Name
discussion-sent-fields-website = Website
discussion-sent-fields-address = Email address
discussion-sent-fields-network = Network it came from
discussion-sent-fields-article = Address of the article
discussion-sent-fields-hint = Only the ticked fields are sent.
discussion-save = Save

## The blocklist

blocks-explained = Comments from anyone on this list go to the trash. Their authors are not told why.
blocks-blocked = Blocked.
blocks-unblocked = Unblocked.
blocks-block = Block
blocks-unblock = Unblock
blocks-unblock-it = Unblock { $place }
blocks-addresses = Email addresses
blocks-email = Block an email address
blocks-email-hint = It is encrypted at once and never shown again.
blocks-an-address = Email address
blocks-since = blocked on { $day }
blocks-since-by = blocked on { $day } by { $name }
blocks-nothing-typed = Please type what to block.
blocks-domains = Email domains
blocks-domain = Block an email domain
blocks-domain-hint = Blocks all email addresses at this domain and its subdomains: example.org includes news.example.org.
blocks-domain-wrong = Please enter a domain that can be blocked, such as example.org.
blocks-networks = Networks
blocks-network = Block a network
blocks-network-hint = An IP address such as 192.0.2.7, or a network such as 192.0.2.0/24. An IPv6 address blocks its whole /64 network.
blocks-network-wrong = Please enter an IP address such as 192.0.2.7, or a network such as 192.0.2.0/24.
blocks-network-too-wide = This network has too many people in it. The largest that can be blocked is /8, or /16 for IPv6.

## Cards, filters and bulk actions

queue-only-article = Filter by article
queue-commenter = About this commenter
queue-reply = Reply
queue-edit = Edit
queue-spam-score = Spam { $percent } %
queue-signals-against = Points to spam: { $signals }
queue-signals-for = Points to approval: { $signals }
queue-group-button = { $act }: { $count } comments like the one by { $name }
queue-undo-failed = Not undone: the site did not respond. Please try again.
queue-meanwhile = #1 in the meantime.
queue-meanwhile-gone = Deleted by its author in the meantime.
queue-look-further = No matches among the comments searched so far. There may be more among older ones.
keys-on = Keyboard shortcuts are on in this browser
queue-failed = The decision was not saved: the site did not respond. The comment is back; please try again.
queue-signed-out = You are signed out, so the decision was not saved. Sign in in another tab, then try again.
queue-elsewhere = #2 by #1.
queue-restored = The comment by #1 is back.
queue-new = # new
queue-now-held = Moved to pending
queue-now-approved = Approved
queue-now-spam = Marked as spam
queue-now-trashed = Moved to the trash
history-held = { $count ->
    [one] One other pending
   *[other] { $count } others pending
}
history-since = first seen on { $day }
history-none = Sent without an email address
history-network = { $count ->
    [one] One more from the same network
   *[other] { $count } more from the same network
}
history-network-many = Twenty or more from the same network
group-count = { $count ->
    [one] One similar comment
   *[other] { $count } similar comments
}
group-networks = { $count ->
    [one] from one network
   *[other] from { $count } networks
}
group-since = since { $time }
group-show = Show them all
queue-empty-narrow = No comments match these filters.
filter-title = Filter
filter-search = Search
filter-reason = Reason
filter-age = Age
filter-any = Any
filter-show = Filter
filter-none = Clear filters
filter-drop = Remove
filter-article = On “{ $title }”
filter-author = From one commenter
filter-network = From one network
filter-similar = Similar comments
age-within-1 = Last day
age-within-7 = Last 7 days
age-within-30 = Last 30 days
age-over-1 = Older than a day
age-over-7 = Older than 7 days
age-over-30 = Older than 30 days
kind-everything-is-held = All comments are held
kind-first-timer = New or unconfirmed commenter
kind-links = Many links
kind-hold-word = Suspect word
kind-imitated-name = Name of the staff or the publication
kind-refuse-word = Banned word
kind-blocked-email = Blocked email address
kind-blocked-domain = Blocked email domain
kind-blocked-network = Blocked network
kind-honeypot-filled = Hidden field filled in
kind-being-checked = Waiting for the external spam check
kind-checker-spam = Spam according to the external check
kind-check-expired = No answer from the external spam check
matching-all = All comments in this list:
matching-more = more than { $count }
matching-act = { $act }: all
matching-why = Reason (saved in the log)
matching-hint = Applies to every comment in this list, on all pages, as of when you opened this page. It runs in the background, and you can undo it.
bulk-label = Progress of the bulk action
bulk-progress = Bulk action: { $done } of { $all } done.
bulk-progress-raw = Bulk action: #1 of #2 done.
bulk-look-again = Refresh
order-newest = Newest first
order-score = Most likely spam first
keys-show = Shortcuts (?)
keys-title = Keyboard shortcuts
keys-next = Next comment
keys-previous = Previous comment
keys-approve = Approve
keys-spam = Spam
keys-trash = Trash
keys-hold = Hold
keys-undo = Undo the last decision
keys-reply = Approve and reply
keys-edit = Edit
keys-select = Select
keys-person = About this commenter
keys-help = Show this list
keys-shift = With Shift, the decision keys apply to all selected comments.
keys-close = Close

## Emails to moderators

staff-mail = Email notifications
staff-mail-explained = Get an email when comments are awaiting moderation. It links to a page where you can decide on them without signing in.
staff-mail-off = No mail server is set up. Ask your administrator.
staff-mail-kept = Your email address is saved and confirmed. It is encrypted and never shown again, not even here.
staff-mail-unconfirmed = Your email address is saved but not confirmed yet: open the link in the email we sent there. The link works for two days; until then we send nothing else.
staff-mail-came-back = Emails to the saved address came back, so we send nothing more there. Please enter another address.
staff-mail-address = Email address
staff-mail-address-hint = It is encrypted at once and never shown again, to anyone.
staff-mail-frequency = How often
staff-mail-frequency-save = Save
staff-mail-act = Save address
staff-mail-remove = Remove address
staff-mail-missing = Please enter an email address.
staff-mail-too-soon = You entered an address a moment ago. Please wait a minute before entering another.
staff-mail-asked = We sent an email to that address. Open the link in it to confirm the address.
staff-mail-removed = The address is removed. You will get no more emails.
staff-mail-changed = Notification setting saved.
digest-frequency-never = Never
digest-frequency-each = For each comment, at most every two minutes
digest-frequency-hourly = At most once an hour
digest-frequency-daily = Every morning at eight
staff-email-subject = Confirm your email address – { $title }
staff-email-why = Someone on the staff of { $title }, probably you, wants to get emails at this address when comments are awaiting moderation. To confirm the address, open this page and press its button:
staff-email-act = Confirm email address
staff-email-not-you = If this was not you, ignore this email: we will send nothing else. The link works for two days.
staff-confirm-title = Confirm your email address
staff-confirm-explained = If you moderate comments on { $title } and entered the address this link was sent to, confirm it. After that, emails about comments awaiting moderation go there.
staff-confirmed = Your email address is confirmed
staff-confirmed-explained = Emails about comments awaiting moderation now go there, as often as you chose.
staff-confirm-void = The link is wrong or has expired, or another address was entered later. You can request a new email on your account page.
signed-void = This link has expired
digest-void = The link in an email works for a week, and stops working when you sign out everywhere or change your passphrase. All pending comments are also in the moderation queue.
digest-title = Waiting for review
digest-subject = { $count ->
    [one] One comment awaiting moderation – { $title }
   *[other] { $count } comments awaiting moderation – { $title }
}
digest-waiting = { $count ->
    [one] One comment on { $title } is awaiting moderation.
   *[other] { $count } comments on { $title } are awaiting moderation.
}
digest-more = { $count ->
    [one] And one older comment.
   *[other] And { $count } older comments.
}
digest-read = Review comments
digest-good-until = This link works until { $time } and is for you only: anyone who has it can moderate in your name, so please do not forward it.
digest-stop = Unsubscribe from these emails
digest-log-ends = The moderation log ends at { $end } (for broadsheet check log --checkpoint).
digest-why = from an email
digest-empty = None of these comments are awaiting moderation any more.
digest-all = All comments on this page:
digest-no-more = Already decided
digest-decided = The comment by { $name } is { $status } (decided by { $by }).
digest-settled = The comment by { $name } is now { $status }.
digest-erased = { $count ->
    [one] One comment was deleted by its author.
   *[other] { $count } comments were deleted by their authors.
}
digest-too-fast = { $count ->
    [one] Too fast. Nothing was changed; please try again in one second.
   *[other] Too fast. Nothing was changed; please try again in { $count } seconds.
}
digest-to-queue = Go to the moderation queue
digest-stop-title = Stop these emails?
digest-stop-explained = You get emails when comments on { $title } are awaiting moderation. Press to stop these emails.
digest-stop-act = Unsubscribe
digest-stopped = You are unsubscribed
digest-stopped-explained = One that is already on its way may still arrive. You can turn these emails on again on your account page.

## The spam filter

kind-learned-spam = Spam filter
reason-learned-spam = The spam filter is { $likelihood } % sure that this is spam
admin-spam-filter = Spam filter
feature-word = the word “{ $word }”
feature-pair = the words “{ $words }”
feature-link = a link to { $host }
feature-website-at = the website { $host }
feature-name = “{ $word }” in the name
feature-no-link = no links
feature-one-link = one link
feature-few-links = a few links
feature-many-links = many links
feature-very-short = only a few words
feature-short = a short text
feature-medium = a text of medium length
feature-long = a long text
feature-capitals = many capital letters
feature-all-capitals = almost all capital letters
feature-exclamations = many exclamation marks
feature-mixed-alphabets = two alphabets in one word
feature-invisible-characters = invisible characters
feature-digits-for-letters = digits in place of letters
feature-spaced-letters = a word with spaces between its letters
feature-website = a website is given
spam-filter-explained = The spam filter learns from your moderators’ decisions, and estimates for each new comment how likely it is to be rejected, that is, marked as spam or moved to the trash. It learns from nothing else, and nothing it has learned leaves this site. When a decision is undone, the filter forgets it.
spam-filter-examples = Learned from
spam-filter-approved = { $count ->
    [one] One approved comment
   *[other] { $count } approved comments
}
spam-filter-refused = { $count ->
    [one] One rejected comment
   *[other] { $count } rejected comments
}
spam-filter-few = This is not enough yet. The filter starts once { $least } comments of each kind have been decided on.
spam-filter-similar-groups = Of many similar comments, only the first ten count.
spam-filter-accuracy = Accuracy
spam-filter-untested = No comment with an estimate has been decided on yet. Once some have, this shows how often the filter was right.
spam-filter-tested = { $count ->
    [one] The filter made an estimate for one comment before a moderator decided. Had it decided by itself:
   *[other] The filter made an estimate for each of the last { $count } comments before a moderator decided. Had it decided by itself:
}
spam-filter-unsure = There are only a few, so these numbers may be chance.
spam-filter-from = From
spam-filter-percent = { $percent } %
spam-filter-would = Filter would reject
spam-filter-precision = Moderators also rejected
spam-filter-recall = Share of all rejected
spam-filter-agreed-part = { $number } ({ $percent } %)
spam-filter-nothing = none
spam-filter-look = Show the mistakes from { $percent } % on
spam-filter-preview = Mistakes from { $percent } % on
spam-filter-no-false-positives = None: your moderators rejected every comment that the filter would have rejected.
spam-filter-no-refusal = None: the filter would have rejected nothing.
spam-filter-false-positives = { $count ->
    [one] The filter would have rejected one comment that your moderators approved:
   *[other] The filter would have rejected { $count } comments that your moderators approved. The newest of them:
}
spam-filter-likely = Spam { $percent } %
spam-filter-missed = Comments that the filter does not reject are handled by the other rules.
spam-filter-decides = Automatic decisions
spam-filter-threshold = Move to Spam automatically from … %
spam-filter-threshold-hint = From 50 to 100. 0 turns this off: the filter only makes estimates, and moderators decide. It never rejects staff, or commenters who have confirmed their email address and had a comment approved.
spam-filter-threshold-wrong = Please enter 0, or a number from 50 to 100.
spam-filter-save = Save
spam-filter-try = Preview
spam-filter-saved = Saved.
spam-filter-conflict = Someone else saved other settings after you opened this page. What you typed is in the form below; check it, and save again if you still want it.

## The moderation log

admin-log = Moderation log
log-covers = Decisions about comments and commenters are recorded here. Changes to articles, settings and accounts are not.
log-narrow = Filter the log
log-who = By
log-anyone = Anyone
log-by = by { $name }
log-by-itself = automatic
log-kind = Action
log-anything = Any action
log-kind-decided = Decided
log-kind-undone = Undone
log-kind-edited = Edited a comment
log-kind-blocked = Blocked
log-kind-unblocked = Unblocked
log-kind-policy-changed = Changed how a commenter is treated
log-kind-emptied = Emptied spam and trash
log-to = New status
log-any-status = Any status
log-from = From date
log-until = To date (inclusive)
log-date-wrong = { $date } is not a date. Please enter the year with four digits.
log-show = Filter
log-all = Clear filters
log-empty = The log is empty.
log-none-such = No log entries match these filters.
log-look-further = No matches in this part of the log. There may be more among older entries.
log-older = Older entries
log-decided-held = { $count ->
    [one] Moved one comment to pending
   *[other] Moved { $count } comments to pending
}
log-decided-approved = { $count ->
    [one] Approved one comment
   *[other] Approved { $count } comments
}
log-decided-spam = { $count ->
    [one] Marked one comment as spam
   *[other] Marked { $count } comments as spam
}
log-decided-trashed = { $count ->
    [one] Moved one comment to the trash
   *[other] Moved { $count } comments to the trash
}
log-undone = { $count ->
    [one] Undid a decision on one comment
   *[other] Undid a decision on { $count } comments
}
log-edited = Edited a comment by { $name }
log-blocked-email = Blocked an email address
log-blocked-domain = Blocked the email domain { $domain }
log-blocked-network = Blocked a network
log-unblocked-email = Unblocked an email address
log-unblocked-domain = Unblocked the email domain { $domain }
log-unblocked-network = Unblocked a network
log-policy-changed = Changed how a commenter is treated
log-emptied = { $count ->
    [one] Deleted the text of one old comment in spam or trash
   *[other] Deleted the text of { $count } old comments in spam or trash
}
log-part-of = { $count ->
    [one] Part of an action on one comment; undoing reverts the whole action.
   *[other] Part of an action on { $count } comments; undoing reverts the whole action.
}
log-words-gone = A comment whose text has been deleted
log-more-decisions = More comments
log-place = Entry number
log-hash = Hash of this entry
log-previous = Hash of the previous entry
log-ends = Each entry has a hash of itself and the entry before it. The log now ends with entry { $position }:
log-ends-explained = Save this line somewhere else. If you later pass it to “{ $command }” on the server, you can see whether anything up to here has been changed since.

## Retention and transparency

author-page-purged = Your comment was not published
author-page-purged-explained = { $count ->
    [0] It was rejected, and its text has been deleted since. Nobody can read it any more.
    [one] It was rejected, and its text was deleted a day later. Nobody can read it any more.
   *[other] It was rejected, and its text was deleted after { $count } days. Nobody can read it any more.
}
discussion-trash-days = Delete spam and trash after (days)
discussion-trash-days-hint = Text and names are then deleted permanently; the comments still count in the statistics. 0 turns this off.
discussion-openness = Transparency
discussion-transparency = Show readers how many comments are published and rejected
discussion-transparency-hint = On a separate page, linked at the bottom of every page: numbers by month and reason, without text or names.
transparency-title = How we moderate
transparency-explained = These numbers include every comment sent by readers, by the month (UTC) it was sent and with its status today, except comments deleted by their authors. Rejected means marked as spam or moved to the trash. A rejected comment counts once for each reason it was stopped; a comment that a moderator rejected may have none.
transparency-none = No comments yet.
transparency-by-month = Comments by month
transparency-came = Received
transparency-published = Published
transparency-refused = Rejected
transparency-waiting = Pending
transparency-by-reason = Rejected comments by reason
transparency-reason = Reason
transparency-for-everything-is-held = Read by a moderator, like every comment
transparency-for-always-held = Commenter always read by a moderator first
transparency-for-too-fast = Several comments with one email within seconds
transparency-for-learned-spam = Spam filter
transparency-for-first-timer = New or unconfirmed commenter
transparency-for-links = Many links
transparency-for-imitated-name = Under the name of the staff or the publication
transparency-for-hold-word = Suspect word
transparency-for-refuse-word = Banned word
transparency-for-blocked-email = Blocked commenter
transparency-for-blocked-domain = Blocked email domain
transparency-for-blocked-network = Blocked network
transparency-for-honeypot-filled = Sent by a bot
transparency-for-being-checked = Was being checked for spam
transparency-for-checker-spam = Spam according to the external check
transparency-for-check-expired = Could not be checked for spam

## Commenters, replies by staff, edits by staff

reason-always-held = This commenter is always held
reason-too-fast = Another comment with this email came seconds before
kind-always-held = Commenter always held
kind-too-fast = Same email within seconds
author-reason-always-held = A moderator will read it before it appears.
author-page-staff-edited = Our staff last edited this comment on { $time }. You see the current version.
commenter-about = About this commenter
commenter-title = About { $name }
commenter-names = Names used
commenter-first-seen = First seen
commenter-email = Email address
commenter-verified = confirmed
commenter-unverified = not confirmed
commenter-staff = This comment was written by staff, so there is no commenter to show.
commenter-erased = The author deleted this comment, so nothing about them is known any more.
commenter-no-email = This comment was sent without an email address, so other comments by the same person cannot be found.
commenter-gone = The author deleted this comment after you opened the page, so nothing was changed. Open this page from another of their comments, if there is one.
commenter-comments = Comments by this commenter
commenter-no-comments = No comments left.
commenter-reply = Reply
commenter-edit = Edit
commenter-policy-title = How this commenter is treated
commenter-now-default = They are treated like everyone else.
commenter-now-hold = Their comments are always held.
commenter-now-trust = Their comments are approved automatically.
commenter-now-blocked = They are blocked.
commenter-since-by = Set on { $time } by { $name }.
commenter-changed-meanwhile = Someone else changed this first, so your change was not saved.
commenter-policy-default = Treat like everyone else
commenter-policy-hold = Always hold
commenter-policy-trust = Always trust
commenter-policy-blocked = Block
commenter-explained-default = The comment rules apply.
commenter-explained-hold = All their comments wait for a moderator. They are not told that this applies only to them.
commenter-explained-trust = Their comments are not held for links or suspect words, or when all comments are held. Banned words, blocks and the external spam check still apply.
commenter-explained-blocked = All their comments go to the trash. They are not told why.
commenter-trust-verified = Anyone can type an email address, so this applies only in a browser where they have confirmed it.
commenter-trust-unverified = This applies in a browser where they have confirmed their email address, and also to any previously approved name of theirs, because the rules trust a previously approved name and email without confirmation.
commenter-block-and-trash = { $count ->
    [one] Block, and trash their one pending comment
   *[other] Block, and trash their { $count } pending comments
}
commenter-done-default = They are now treated like everyone else.
commenter-done-hold = Their comments are now always held.
commenter-done-trust = Their comments are now approved automatically.
commenter-done-blocked = They are now blocked.
commenter-reason = Reason (optional)
commenter-reason-hint = Saved in the log permanently, so please do not include email addresses.
note-is-email = This contains an email address, and the log cannot be changed later. Please remove it.
commenter-notes = Notes
commenter-notes-explained = Only staff can see notes here. Commenters who download their data get them too.
commenter-note = Note about this commenter
commenter-note-add = Add note
commenter-note-missing = Please type a note.
commenter-note-is-email = This contains an email address, and those are shown nowhere. Please remove it.
commenter-note-added = Note saved.
commenter-note-delete = Delete note
commenter-note-deleted = Note deleted.
reply-title = Reply to a comment
reply-label = Your reply to { $name }
reply-as = It is published at once, under the name { $name }.
reply-submit = Reply
reply-approve-submit = Approve and reply
reply-approved-too = Comment approved and reply published.
reply-published = Reply published.
reply-not-sent = Your reply was not sent. Your text is below; send it again if it still fits.
reply-gone = The author deleted this comment, so your reply was not sent. Your text is below.
reply-sign-in = You are signed out, so nothing was sent. Sign in in another window, then send it again.
edit-title = Edit the comment by { $name }
edit-explained = The comment stays where it is, and readers see that it was edited. Earlier decisions on it can no longer be undone, but you can make a new one.
edit-html-hint = This comment was imported as HTML. Anything not allowed in comments is removed.
edit-act = Save changes
edit-saved = Changes saved.
edit-same = There was nothing to change.
edit-gone = The author deleted this comment, so it was not changed. Your text is below.
edit-conflict = The author edited this comment after you opened the page. Both versions are here; saving again replaces theirs.
edit-overtaken-by = { $name } edited this comment after you opened the page. Both versions are here; saving again replaces theirs.
edit-theirs = Current version
edit-versions = Earlier versions
edit-version = Until { $time }, when { $name } edited it
edit-restore = Restore this version

## Comments that are no longer there

queue-gone = None of these comments can be changed any more: they have been decided on, or deleted by their authors.
