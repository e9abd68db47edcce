## Every page

skip-to-content = Skip to the text
front-page = Front page
feed = Feed
sign-in = Sign in
sign-out = Sign out
paging = More pages
paging-newest = Newest articles
paging-older-articles = Older articles
language-english = English
language-ukrainian = Українська

## Reading

front-empty = Nothing has been published yet.
article-by = By
article-source = Source:
article-appeal = A word from the publication
replies-heading = { $count ->
    [one] One reply
   *[other] { $count } replies
}
replies-count = { $count ->
    [0] No replies
    [one] 1 reply
   *[other] { $count } replies
}
replies-none = No replies yet
replies-closed = Replies are closed.
reply = Reply
reply-to-name = Reply to { $name }
reply-in-answer-to = in reply to

## Leaving a reply

leave-a-reply = Leave a Reply
email-not-published = Your email address will not be published.
required-marked = Required fields are marked
field-comment = Comment
field-comment-hint = Markdown works: *emphasis*, [links](https://example.org), lists, > quotations, `code`.
field-name = Name
field-email = Email
field-website = Website
field-trap = Leave this field empty
remember-me = Save my name, email, and website in this browser for the next time I comment.
post-comment = Post Comment
tell-answers = Tell me when someone replies to me
tell-everything = Tell me about every reply here
tell-hint = By email, at most once an hour, until you say stop. The first time we mail you a link to make sure that the address is yours.
preview = Preview
preview-explained = This is how everyone would see it. It has not been sent yet.
reply-said-already = You have said that already, and we have it. Nothing was kept twice; your words are below, should you want to say something else.
reply-too-soon = { $count ->
    [one] That was quick: another reply came from you or your network a moment ago. Nothing you typed is lost; please send it again in a second.
   *[other] That was quick: another reply came from you or your network a moment ago. Nothing you typed is lost; please send it again in { $count } seconds.
}
cancel-reply = Cancel reply
you-are-answering = You are answering
mistakes = { $count ->
    [one] Your reply was not sent yet. One thing needs mending:
   *[other] Your reply was not sent yet. { $count } things need mending:
}
field-unreadable = This held characters that are not text. They have been taken out; please look it over and send it again.
field-too-long = This is too long; please shorten it.
reply-comment-missing = Please write your comment.
reply-comment-too-long = Your comment is { $count ->
    [one] one byte
   *[other] { $count } bytes
} too long. Please shorten it or send it in parts.
reply-name-missing = Please give a name; any name will do.
reply-name-too-long = Your name is too long; 245 bytes is the most.
reply-name-is-address = This is an email address, and a name is shown to everyone. Please give a name; any name will do.
reply-email-missing = Please give your email address. It will not be published.
reply-email-malformed = This is not an email address; one looks like name@example.org.
reply-email-too-long = This email address is longer than mail allows.
reply-website-wrong = This is not a website’s address; one looks like https://example.org. You may leave it empty.
reply-website-too-long = This address is too long once it is written out in full: 200 bytes is the most. The address of the site itself will do.
reply-answered-gone = The comment you were answering is no longer here. You can still post your words as a reply to the article.
reply-article-gone = This article is no longer here, so your reply could not be kept. These are your words, in case you need them.
replies-closed-kept = Replies to this article have been closed, so yours could not be kept. These are your words, in case you need them.
reply-too-fast = { $count ->
    [one] That was quick: too many replies have come from your network. Nothing you typed is lost; please send it again in a second.
   *[other] That was quick: too many replies have come from your network. Nothing you typed is lost; please send it again in { $count } seconds.
}
reply-unavailable = Your reply was not saved: our database is not answering just now. Your words are below; please send them again in a moment. Should they have arrived after all, sending them again from here makes no second reply.
reply-not-saved = Your reply was not saved: something went wrong on our side. Your words are below; please send them again. If you write to us about this, name the reference { $reference }.
reply-not-kept-title = Your reply was not sent yet
reply-your-words = Your words
held-title = Your comment
held-back-to = Back to “{ $title }”
own-already = You have said that already, so we kept it once. This is it.
own-changed = Your change is kept.
own-mailed = We have sent a link to your address. Open it, and this browser will be known as yours. One that was sent within the last hour still holds.
own-held = Your comment is awaiting moderation
own-held-explained = We have it. A moderator will read it; once it is approved, everyone can. This page is for you alone: keep its address, and you can come back, change your words for a while, and take them back at any time.
own-approved = Your comment is published
own-approved-explained = Everyone can read it. This page is for you alone: keep its address, and you can change your words for a while, and take them back at any time.
own-spam = Your comment was set aside as spam
own-spam-explained = It is kept where moderators can see it. If it was taken for spam by mistake, they can put it back.
own-trashed = Your comment was not published
own-trashed-explained = It was decided against. You can still delete your words for good.
own-erased = You have deleted your comment
own-erased-explained = Its words are gone from here for good. Where others had answered it, their answers stay.
own-why = This is why it waits:
own-read = Read it in its place
own-prove = Is the address yours?
own-prove-explained = We can mail you a link that proves it. From then on this browser’s replies count as a known person’s, and you have all you wrote on one page.
own-prove-act = Mail me the link
own-change = Change your words
own-change-until = You can change it until { $moment }. Changed words are looked at like new ones.
own-change-act = Save the change
own-delete = Delete this comment
own-delete-explained = Its words go at once and for good; nobody can bring them back.
own-delete-act = Delete it now
own-too-late = This comment can no longer be changed. You can still delete it, and post your words anew. These are the words you just typed.
own-overtaken = This comment has been changed or decided on since you opened this page. These are the words you just typed; look at what is there now and send them again if they still fit.
own-too-fast = { $count ->
    [one] That was quick. Nothing you typed is lost; please send it again in a second.
   *[other] That was quick. Nothing you typed is lost; please send it again in { $count } seconds.
}
own-gone = This page’s address no longer works, so nothing was changed. These are your words.
own-unavailable = This was not done: our database is not answering just now. If you changed words, they are below; go back and send them again in a moment.
own-broke = This was not done: something went wrong on our side. If you changed words, they are below. If you write to us about this, name the reference { $reference }.

## One's own page

mine-title = Your comments
mine-prove-explained = This link came to your email address alone. Say that it was you who asked for it, and this browser’s replies will count as a known person’s from now on.
mine-prove-browser-explained = This browser is not known as yours yet. If it is, say so, and its replies will count as a known person’s.
mine-prove-act = Yes, this is my address
mine-proved = Thank you. The address is yours, and this browser is known.
mine-asked = You asked to be told of
mine-silenced = Mail to your address came back, so we have stopped sending any. If the address works again, press the button below.
mine-comments = What you wrote
mine-no-comments = Nothing yet.
mine-look = See, change or delete it
mine-older = Older comments
mine-told = What you are told of
mine-told-nothing = Nothing; tick a box under the reply form to be told of replies.
mine-told-answers = Replies to you
mine-told-everything = Every reply
mine-end = Stop
mine-end-one = Stop telling me about “{ $title }”
mine-ended = You will hear no more about it.
mine-data = Your data
mine-data-take = Take all of it along, as a file
mine-browsers = { $count ->
    [one] One browser is known as yours
   *[other] { $count } browsers are known as yours
}
mine-forget-explained = Forget them all, for instance after using somebody else’s computer. The link that led you here stops working too; the next one comes by mail when you ask for it.
mine-forget-act = Forget all browsers and this link
mine-forgotten = Forgotten
mine-forgotten-explained = No browser is known as yours any more, and the old link has stopped working. To get a new one, leave a reply with a box ticked, or press “Mail me the link” on the page of one of your comments.
mine-erase = Erase everything
mine-erase-explained = All your comments, wherever they stand, lose their words and your name for good; what you are told of ends; your address is deleted. Answers of others stay. Nobody can undo this.
mine-erase-sure = Yes, erase all of it
mine-erase-act = Erase everything now
mine-erased = Everything is erased
mine-erased-explained = { $count ->
    [0] There were no comments; your address is deleted.
    [one] One comment and your address are gone.
   *[other] { $count } comments and your address are gone.
}
mine-erased-blocked = Your address may not be used here, so it stays, sealed and with nothing else, to keep it so.
unsubscribe-title = Stop these mails
unsubscribe-explained = You are told by mail of replies on “{ $title }”. One press, and you will hear no more about it.
unsubscribe-act = Stop them
unsubscribe-all = All you wrote
unsubscribe-all-explained = Everything you wrote and everything you are told of is on one page. For your safety its link is not in letters like the one you came from: we mail it to you.
unsubscribe-done = You will hear no more about it
unsubscribe-done-explained = No more mail about these replies will be sent. One that is on its way may still arrive.

## Letters to commenters

letter-proof-subject = Is this your address? – { $title }
letter-proof-why = Someone, most likely you, left a reply on { $title } with this address, and asked for mail. Open this page and press its button to say that the address is yours:
letter-proof-act = Say that it is yours
letter-proof-then = From then on replies from that browser count as a known person’s. The same page holds all you wrote, and everything you are told of can be stopped there. Keep this letter to find it again.
letter-proof-not-you = If it was not you, do nothing: without your press of the button we tell you of nothing, and ask no more than three times.
letter-answers-subject = { $count ->
    [one] A reply to you on “{ $title }”
   *[other] { $count } replies to you on “{ $title }”
}
letter-answers = { $count ->
    [one] Someone replied to you on “{ $title }”:
   *[other] { $count } replies to you on “{ $title }”:
}
letter-replies-subject = { $count ->
    [one] A new reply on “{ $title }”
   *[other] { $count } new replies on “{ $title }”
}
letter-replies = { $count ->
    [one] There is a new reply on “{ $title }”:
   *[other] There are { $count } new replies on “{ $title }”:
}
letter-more = { $count ->
    [one] And one more.
   *[other] And { $count } more.
}
letter-read = Read them in their place
letter-read-this = Read it in its place
letter-why = You get this because you asked { $title } to tell you of replies.
letter-end = Stop telling me about these

## When something goes wrong

error-reference = If you write to us about this, name the reference { $reference }.
error-to-front = Go to the front page
error-not-found = There is no such page
error-not-found-advice = The address may be mistyped, or what stood here has been taken down. The newest articles are on the front page.
missing-advice = The address may be mistyped, or what stood here has been taken down.
missing-perhaps = Perhaps you were looking for
missing-newest = The newest articles
error-forbidden = This is not allowed
error-forbidden-advice = Either your account may not do this, or the form was sent from another site. If you typed something, go back: your browser still has it.
error-method = This address does not work that way
error-method-advice = It can be read or written to, but not as you tried. Go back and try again from the page itself.
error-timeout = That took too long
error-timeout-advice = The connection paused for too long. If you typed something, go back and send it again.
error-too-large = That is too much at once
error-too-large-advice = What you sent is larger than we take. Go back: your browser still has it. Shorten it, or send it in parts.
error-unavailable = We will be back in a moment
error-unavailable-advice = Our database is not answering just now. Please try again in a few seconds.
error-bad-request = We could not read that
error-bad-request-advice = Your browser sent something we cannot make sense of. Go back and try again from the page itself.
error-internal = Something went wrong
error-internal-advice = It is our fault, and it has been noted. Please try again.

## Accounts

account-name = Name
account-name-wrong = Please give a name of at most 245 bytes.
account-handle = Sign-in name
account-handle-hint = One word, for signing in; readers do not see it.
account-handle-wrong = A sign-in name is one word of at most 60 characters, without @.
account-handle-taken = This sign-in name is taken; please choose another.
account-passphrase = Passphrase
account-passphrase-hint = At least 15 characters; a few unrelated words do well.
account-passphrase-wrong = A passphrase has 15 to 1,000 characters; a few unrelated words do well.
account-title = Your account
account-saved = Your passphrase is changed; other browsers are signed out.
account-another-passphrase = Another passphrase
account-present = Present passphrase
account-present-wrong = This is not your present passphrase.
account-new = New passphrase
account-change = Change the passphrase
account-everywhere = Sign out everywhere
account-everywhere-explained = Ends your sessions in every browser, this one too.
account-everywhere-act = Sign out everywhere
sign-in-wrong = This name and passphrase do not go together.
sign-in-wait = { $count ->
    [one] Too many attempts. Please wait one second and try again.
   *[other] Too many attempts. Please wait { $count } seconds and try again.
}
claim-title = Make this site yours
claim-explained = This link works once. It makes the first admin, who can do everything here.
claim-act = Make me the admin
role-moderator = moderator
role-editor = editor
role-admin = admin
kept-signed-out-title = Your session has ended
kept-signed-out-explained = Nothing you typed is lost: it is on this page. Sign in again in another tab, then come back here and send it.
kept-sign-in = Sign in, in another tab
kept-signed-out-again = I have signed in; send it again
kept-unavailable-title = This was not saved
kept-unavailable-explained = Our database is not answering just now. Nothing you typed is lost: it is on this page. Leave it open, and send it again in a moment. Should it have been saved after all, you will be told so, or find it twice.
kept-unavailable-again = Send it again
kept-internal-title = This was not saved
kept-internal-explained = Something went wrong on our side. Nothing you typed is lost: it is on this page, and you can send it again.
kept-internal-again = Send it again

## The desk

desk = Desk
desk-comments = Comments
desk-articles = Articles
desk-settings = Settings
desk-waiting = waiting

## The queue

queue-parts = Parts of the queue
queue-held = Held
queue-approved = Approved
queue-spam = Spam
queue-trashed = Trash
queue-empty-held = Nothing waits. Well done.
queue-empty-approved = No approved comments yet.
queue-empty-spam = No spam.
queue-empty-trashed = The trash is empty.
queue-ticked = All ticked:
queue-tick-all = Tick all
queue-tick = Tick the comment by { $name }
queue-approve = Approve
queue-hold = Hold
queue-trash = Trash
queue-not-spam = Not spam
queue-restore = Restore
queue-act-on = { $act }: comment by { $name }
queue-words-of = The comment by { $name }
queue-older = Older comments
queue-undo = Undo
queue-undone = { $count ->
    [one] Undone: one comment is as it was.
   *[other] Undone: { $count } comments are as they were.
}
queue-done-held = { $count ->
    [one] One comment is held again.
   *[other] { $count } comments are held again.
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
queue-none-ticked = Nothing was ticked, so nothing was decided.
queue-nothing-undone = There was nothing left to undo: it has been decided anew since.
queue-overtaken = Someone else decided first: the comment by { $name } is { $status } ({ $by }). It stays so.
queue-changed = The comment by { $name } was not decided on: its words have been changed since you opened the page. Please read it again.
queue-decided-by = Last decided by { $name }.
status-held = held
status-approved = approved
status-spam = spam
status-trashed = in the trash
reason-everything-is-held = Every reply is held for now.
reason-first-timer = Nobody knows its author yet: nothing of theirs has been approved, or nothing proves that the address is theirs.
reason-links = { $count ->
    [one] It holds one link.
   *[other] It holds { $count } links.
}
reason-hold-word = It holds a word to be looked at: “{ $word }”.
reason-refuse-word = It holds a refused word: “{ $word }”.
reason-blocked-address = Its author’s address is blocked.
reason-blocked-domain = Addresses at { $domain } are blocked.
reason-blocked-network = The network it came from is blocked.
reason-trap-filled = A field that people do not see was filled in.
reason-being-checked = The spam checker has yet to answer.
reason-checker-spam = The spam checker calls it spam.
reason-checker-silent = The spam checker did not answer.
told-everything-is-held = Every reply is read by a moderator first.
told-first-timer = We do not know you yet: a person’s first reply is read by a moderator.
told-links = { $count ->
    [one] It holds one link.
   *[other] It holds { $count } links.
}
told-hold-word = It holds a word that moderators want to look at.
told-being-checked = It is being checked for spam; that takes a minute or so.
told-checker-silent = It could not be checked for spam, so a moderator will.
history-first = First reply from this address.
history-approved = { $count ->
    [one] One other approved
   *[other] { $count } others approved
}
history-refused = { $count ->
    [one] One other refused
   *[other] { $count } others refused
}

## Articles

list-empty = No articles yet.
standing-draft = Draft
standing-scheduled = Scheduled
standing-published = Published
editor-new = New article
editor-edit = Edit article
editor-read = Read it
editor-saved = Saved.
editor-title = Title
editor-title-missing = An article needs a title.
editor-standfirst = Standfirst
editor-standfirst-hint = One or two sentences under the title: what it is about, and why to read on.
editor-sources = Sources
editor-body = Text
editor-body-hint = Markdown: an empty line begins a paragraph, > a quotation, - a list, ### a heading.
editor-body-hint-html = HTML, as it came. What could run or look elsewhere for its parts is taken out when you save.
editor-topics = Topics
editor-topics-hint = Names, one a line. A name that nobody has used yet makes a new topic.
editor-pinned = First on the front page
editor-is-page = A page, not an article
editor-is-page-hint = A page, such as an imprint, stands outside the front page, the feed and the topics; its address has no date.
note-protected = This came from WordPress, where it was behind a password. It is a draft here so that nobody reads it by accident.
note-private = This came from WordPress, where only the staff could read it.
note-pending = This came from WordPress, where it waited for an editor.
note-unknown = This came from WordPress with a status that Broadsheet does not know.
list-pinned = First on the front page
list-page = Page
editor-slug = Slug
editor-slug-hint = The last part of the address. Leave it empty and it is made from the title.
editor-slug-wrong = A slug has up to 100 of a–z, 0–9 and single hyphens between them.
editor-address-taken = The address { $path } is taken; choose another slug or another day.
editor-moment = Published at
editor-moment-hint = Empty means now; a moment to come schedules it. Time zone: { $zone }.
editor-moment-wrong = This is not a date and a time; one looks like 2024-07-22T14:05.
editor-replies-open = Takes replies
editor-save = Save
editor-save-draft = Save draft
editor-preview = Preview
editor-preview-label = Preview: this is how readers will see it. Nothing has been saved.
editor-publish = Publish
editor-unpublish = Back to draft
editor-overtaken = { $name } saved this article at { $moment }, after you had opened it. Nothing of yours is lost: your text is in the form below, theirs is here. Bring the two together, then save; that will replace theirs.
editor-theirs = The newer version

## Lists

topic = Topic
topics = Topics:
topic-empty = Nothing has been published on this topic yet.
author = Author
search = Search
search-words = Words to look for
search-act = Search
search-nothing = Nothing holds all of these words: { $words }.
comments-feed = Replies on { $title }
comment-on = { $name } on “{ $title }”
comment-anonymous = Anonymous

## Settings

settings-saved = The settings are saved.
settings-kept = { $count ->
    [one] One article keeps the address it had: its new one is taken.
   *[other] { $count } articles keep the addresses they had: their new ones are taken.
}
settings-overtaken = Someone saved the settings after you had opened them. Theirs are here, yours are in the form below; saving now replaces theirs.
settings-title = Title
settings-title-missing = The publication needs a title.
settings-tagline = Tagline
settings-language = Language
settings-language-wrong = Please choose one of the languages.
settings-zone = Time zone
settings-zone-wrong = This is not a time zone; one looks like Europe/Kyiv.
settings-permalink = Address of an article
settings-permalink-hint = Old addresses go on working: they lead to the new ones. You may use
settings-permalink-malformed = An address pattern begins with a slash and holds only a–z, 0–9, hyphens, slashes and the words in braces.
settings-permalink-not-unique = The pattern needs {"{slug}"} or {"{id}"}, so that no two articles share an address.
settings-permalink-reserved = The first part of the pattern is taken by a page of the site.
settings-appeal = Appeal
settings-appeal-hint = Shown under every article, above the replies. Markdown.
settings-save = Save the settings

## Threads at any size

replies-pages = Pages of replies
replies-page = Page { $page } of { $pages }
replies-older = Older replies
replies-newer = Newer replies
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
thread-begins = To the beginning of this thread
article-feed = Replies to “{ $title }”

## How discussions are kept

desk-discussion = Discussion
desk-blocks = Blocks
discussion-rules = Rules
discussion-saved = Saved. It holds from the next reply on.
discussion-overtaken = Someone saved settings after you had opened this page. Everything you typed is in the form below; saving it now puts it in place of theirs.
discussion-as-it-is = See how it is now
discussion-number-wrong = Please give a whole number from { $least } to { $most }.
discussion-threads = Threads
discussion-depth = Levels of answers
discussion-depth-hint = How far answers to answers are indented, from 2 to 10. Deeper ones stand on the last level.
discussion-newest-first = Newest replies first
discussion-newest-first-hint = Answers below a reply stay in the order they were written.
discussion-closing = Closing
discussion-close = Close replies after so many days
discussion-close-hint = Counted from an article’s publication. 0 is never.
discussion-holding = What waits for a moderator
discussion-hold-everything = Every reply
discussion-first-timers = Replies by people of whom nothing was approved yet
discussion-first-timers-hint = Someone is known when they have proved that their address is theirs, and a reply of theirs was approved.
discussion-first-timers-without-mail = This site sends no mail, so nobody can prove an address: with this box ticked every reply waits, unless the next one is ticked too.
discussion-unproven = Trust a name and an address that were approved before, without proof
discussion-unproven-hint = Think twice: anyone who guesses the address of a person you approved can write under that name at once, and sees by it whether they guessed an address right.
discussion-links = Replies with so many links or more
discussion-links-hint = The website beside a name does not count. 0 is never.
discussion-syntax = Names, websites and words of replies are looked at, never addresses. Each line of a list is one entry; letter case does not count.
discussion-syntax-words = these words, and not as a part of longer ones
discussion-syntax-open = also inside longer words: an asterisk leaves that end open
discussion-syntax-regex = between slashes, a regular expression
discussion-hold-words = Hold replies that have
discussion-hold-words-hint = They wait for a moderator.
discussion-refuse-words = Refuse replies that have
discussion-refuse-words-hint = They go to the trash, whatever else holds for them.
discussion-try = Try the words
discussion-try-hint = Shows what both lists would have done to the last thousand comments. Nothing is saved.
discussion-only-tried = The words were tried; nothing has been saved yet.
discussion-see-tried = See what they would have done
wrong-line-regex = Line { $line } is not a regular expression, or it grows too large.
wrong-line-too-long = Line { $line } is too long: 500 bytes is the most.
wrong-line-too-broad = Line { $line } would be found in every reply.
wrong-line-too-many = There are too many from line { $line } on: a list takes 20,000 lines, and 200 of them may be regular expressions.
tried-on = { $count ->
    [0] There are no comments yet to try it on.
    [one] Tried on the last comment.
   *[other] Tried on the last { $count } comments.
}
tried-line = Line
tried-entry = Entry
tried-result = Result
tried-all = The whole list
tried-hold = would have held { $all }, of which you approved { $approved }
tried-refuse = would have refused { $all }, of which you approved { $approved }
tried-hold-none = Line { $line } would have held none of them.
tried-refuse-none = Line { $line } would have refused none of them.
tried-refused = { $count ->
    [one] one is spam or in the trash
   *[other] { $count } are spam or in the trash
}
tried-more = { $count ->
    [one] One more line would have done something.
   *[other] { $count } more lines would have done something.
}
discussion-floods = Floods
discussion-flood = Seconds between two replies
discussion-flood-hint = From one address or one network. Whoever is faster gets the reply back to send again. 0 is no wait.
discussion-after = After posting
discussion-edit = Minutes in which people may change their reply
discussion-edit-hint = A changed reply is judged anew. 0 is not at all.
discussion-privacy = Privacy
discussion-network-days = Days for which the network of a reply is kept
discussion-network-days-hint = Sealed, so that the spam checker can be told. 0 is never: it is not stored at all.
discussion-checker = Spam checker
discussion-checker-url = Its address
discussion-checker-url-hint = Of a service that speaks Akismet’s protocol, such as https://rest.akismet.com. Empty it to ask none; the key is removed then.
discussion-checker-wrong = This is not a checker’s address; one begins with https://. Only on this machine itself may it be http.
discussion-checker-key = Its key
discussion-key-kept = A key is kept, sealed. Leave this empty to keep it.
discussion-key-none = The key that the service gave you. It is kept sealed and not shown again.
discussion-key-missing = The checker needs a key.
discussion-key-wrong = A key is at most 200 letters, digits and signs, without spaces.
discussion-key-forget = Remove the key, and ask the checker no more
discussion-told = What it is told of a reply
discussion-told-words = Its words
discussion-told-name = The name
discussion-told-website = The website
discussion-told-address = The email address
discussion-told-network = The network it came from
discussion-told-article = The address of the article
discussion-told-hint = What is not ticked, it is not told.
discussion-save = Save

## Blocks

blocks-explained = Replies from here go to the trash. Nobody is told why.
blocks-blocked = Blocked.
blocks-unblocked = Unblocked.
blocks-block = Block
blocks-unblock = Unblock
blocks-unblock-it = Unblock { $place }
blocks-addresses = Email addresses
blocks-email = Block an email address
blocks-email-hint = It is sealed at once and never shown again, here or anywhere.
blocks-an-address = An address
blocks-since = blocked on { $day }
blocks-since-by = blocked on { $day } by { $name }
blocks-nothing-typed = Please type what is to be blocked.
blocks-domains = Domains of addresses
blocks-domain = Block a domain
blocks-domain-hint = All addresses at it, and at the domains below it: example.org is news.example.org too.
blocks-domain-wrong = This is not a domain that can be blocked; one looks like example.org.
blocks-networks = Networks
blocks-network = Block a network
blocks-network-hint = An IP address such as 192.0.2.7, or a network such as 192.0.2.0/24. An IPv6 address stands for its whole /64.
blocks-network-wrong = This is neither an IP address nor a network; they look like 192.0.2.7 and 192.0.2.0/24.
blocks-network-too-wide = Too many people are in this network: /8, or /16 for IPv6, is the widest that can be blocked.

## Moderating

queue-only-article = Only this article
queue-person = More about them
queue-reply = Reply
queue-edit = Edit
queue-likelihood = { $percent } % likely to be refused
queue-signals-against = Learnt from your decisions, for refusing: { $signals }
queue-signals-for = Learnt from your decisions, for keeping: { $signals }
queue-act-on-group = { $act }: { $count } like the comment by { $name }
queue-undo-failed = This was not taken back: the site did not answer. Try again.
queue-meanwhile = Meanwhile: now #1.
queue-meanwhile-gone = Meanwhile its words were taken back.
queue-look-further = Nothing among those that were looked at. There may be more among older ones.
keys-on = Keys are on in this browser
queue-failed = This was not decided: the site did not answer. The comment is back; try again.
queue-signed-out = You are signed out, so this was not decided. Sign in in another tab, then try again.
queue-elsewhere = #1: now #2.
queue-brought-back = The comment by #1 is back.
queue-new = # new
queue-now-held = held
queue-now-approved = approved
queue-now-spam = spam
queue-now-trashed = in the trash
history-held = { $count ->
    [one] One other waits
   *[other] { $count } others wait
}
history-since = first here on { $day }
history-none = Sent without an address
history-network = { $count ->
    [one] One more from the same network
   *[other] { $count } more from the same network
}
history-network-many = Twenty or more from the same network
alike-count = { $count ->
    [one] One like this
   *[other] { $count } like this
}
alike-networks = { $count ->
    [one] from one network
   *[other] from { $count } networks
}
alike-since = since { $moment }
alike-show = Show each
queue-empty-narrow = Nothing here matches.
filter-title = Search and narrow
filter-words = Words
filter-reason = Reason
filter-age = Age
filter-any = Any
filter-show = Show
filter-none = Show all
filter-drop = Drop this
filter-article = Under “{ $title }”
filter-person = By one person
filter-network = From one network
filter-like = That say nearly the same
age-within-1 = The last day
age-within-7 = The last 7 days
age-within-30 = The last 30 days
age-over-1 = Older than a day
age-over-7 = Older than 7 days
age-over-30 = Older than 30 days
kind-everything-is-held = Every reply is held
kind-first-timer = Author not known yet
kind-links = Many links
kind-hold-word = A word to be looked at
kind-refuse-word = A refused word
kind-blocked-address = A blocked address
kind-blocked-domain = A blocked domain
kind-blocked-network = A blocked network
kind-trap-filled = The hidden field
kind-being-checked = Being checked
kind-checker-spam = Called spam by the checker
kind-checker-silent = The checker did not answer
matching-all = Decide about all that match
matching-more = more than { $count }
matching-act = { $act }: all
matching-why = Why (kept in the log)
matching-hint = Not only what is on this page: everything, on every page, that was there when this page was made. It happens in the background, and one press takes it back.
bulk-label = Comments decided about
bulk-progress = In the background: { $done } of { $all } decided.
bulk-progress-raw = In the background: #1 of #2 decided.
bulk-look-again = Look again
order-newest = Newest first
order-likeliest = Most likely to be refused first
keys-show = Keys (?)
keys-title = Keys
keys-next = The next comment
keys-previous = The one before
keys-approve = Approve
keys-spam = Spam
keys-trash = Trash
keys-hold = Hold
keys-undo = Undo the last decision
keys-reply = Approve and reply
keys-edit = Edit
keys-tick = Tick
keys-person = More about its author
keys-help = This list
keys-shift = With Shift, the keys for decisions act on all that are ticked.
keys-close = Close

## Mail to moderators

staff-mail = Mail about what waits
staff-mail-explained = You can be told by mail of comments that wait for a decision. The letter leads to a page on which you decide about them, without signing in.
staff-mail-off = This site sends no mail yet: whoever keeps its server has to name a mail server first.
staff-mail-kept = An address is kept, and confirmed. It is sealed and never shown again, not even here.
staff-mail-unconfirmed = An address is kept and waits to be confirmed: press the link in the letter that went there. It works for two days; until then nothing else is sent.
staff-mail-came-back = Mail to the address that is kept came back, so nothing more is sent there. Please give another one.
staff-mail-address = Email address
staff-mail-address-hint = It is sealed at once and never shown again, to nobody.
staff-mail-rhythm = How often
staff-mail-rhythm-act = Change how often
staff-mail-act = Keep this address
staff-mail-remove = Remove the address
staff-mail-missing = Please give an email address.
staff-mail-too-soon = You gave an address a moment ago. Please wait a minute before the next.
staff-mail-asked = A letter is on its way to that address. Press the link in it, and it counts.
staff-mail-removed = The address is forgotten. Nothing more is mailed to you.
staff-mail-changed = From now on you hear as often as that.
rhythm-never = Never
rhythm-each = Of each comment, at most every two minutes
rhythm-hourly = Once an hour at most
rhythm-daily = Every morning at eight
staff-letter-subject = Is this your address? – { $title }
staff-letter-why = Someone on the staff of { $title }, most likely you, wants to be told at this address of comments that wait for a decision. Open this page and press its button to say that the address is yours:
staff-letter-act = It is my address
staff-letter-not-you = If it was not you, do nothing: then nothing else is sent here. The link works for two days.
staff-confirm-title = Is this your address?
staff-confirm-explained = If you moderate comments on { $title } and gave the address to which the letter went, say so. From then on what waits is mailed there.
staff-confirmed = The address is confirmed
staff-confirmed-explained = What waits for a decision is mailed there from now on, as often as you chose.
staff-confirm-void = The link is wrong or too old, or another address has been given since. At your account you can have a new letter sent.
signed-void = This address does not work any more
digest-void = The page of a letter works for a week, and until you sign out everywhere or change your passphrase. What waits is at the desk, too.
digest-title = What waits
digest-subject = { $count ->
    [one] One comment waits – { $title }
   *[other] { $count } comments wait – { $title }
}
digest-waiting = { $count ->
    [one] One comment on { $title } waits for a decision.
   *[other] { $count } comments on { $title } wait for a decision.
}
digest-more = { $count ->
    [one] One more has been waiting.
   *[other] { $count } more have been waiting.
}
digest-read = Read and decide
digest-good-until = This works until { $moment }, for you alone: whoever has the link can decide in your name, so please do not pass it on.
digest-stop = Stop these letters
digest-log-ends = The log ends at { $end } (for broadsheet check log --since).
digest-why = from a digest
digest-empty = Nothing of this waits any more.
digest-all = All that this page shows:
digest-no-more = No longer waiting
digest-decided = The comment by { $name } is { $status }, decided by { $by }.
digest-settled = The comment by { $name } is { $status } by now.
digest-erased = { $count ->
    [one] One comment was taken back.
   *[other] { $count } comments were taken back.
}
digest-too-fast = { $count ->
    [one] That was quick. Nothing was decided; please try again in a second.
   *[other] That was quick. Nothing was decided; please try again in { $count } seconds.
}
digest-to-queue = To the queue
digest-stop-title = Stop these letters?
digest-stop-explained = You are told by mail of comments that wait on { $title }. One press, and no more of these letters come.
digest-stop-act = Stop them
digest-stopped = No more of these letters come
digest-stopped-explained = One that is on its way may still arrive. At your account you can have them again.
## What is learnt from decisions

kind-learned-spam = Likely to be refused, as learnt here
reason-learned-spam = By this site’s own decisions, { $likelihood } % likely to be refused.
desk-learning = Learning
learned-word = the word “{ $word }”
learned-pair = the words “{ $words }”
learned-link = a link to { $host }
learned-website = a website at { $host }
learned-name = “{ $word }” in the name
learned-no-link = no link
learned-one-link = one link
learned-few-links = a few links
learned-many-links = many links
learned-very-short = only a few words
learned-short = a short text
learned-medium = a text of some length
learned-long = a long text
learned-capitals = many capital letters
learned-all-capitals = nearly all in capital letters
learned-exclaims = many exclamation marks
learned-mixed-alphabets = letters of two alphabets in one word
learned-unseen = marks that nobody sees
learned-digits-for-letters = digits in place of letters
learned-letters-apart = a word with its letters apart
learned-has-website = a website was given
learning-explained = Each decision of your moderators teaches this site what they keep and what they refuse, and it guesses how likely each new comment is to be refused. It learns from nothing else, it asks nobody, and what it has learnt stays here. A decision that is taken back is unlearnt.
learning-taught = What it has learnt from
learning-kept = { $count ->
    [one] One comment that was kept
   *[other] { $count } comments that were kept
}
learning-refused = { $count ->
    [one] One comment that was refused
   *[other] { $count } comments that were refused
}
learning-few = That is too little to guess from. It begins once { $least } comments of each kind have been decided; for now it says nothing.
learning-lookalikes = Of many comments that say nearly the same, only the first ten teach.
learning-right = How often it was right
learning-untested = No comment has been decided yet of which it had guessed something before. Here it will say how often it was right.
learning-tested = { $count ->
    [one] It had guessed about one comment before a moderator decided.
   *[other] It had guessed about each of the last { $count } comments before a moderator decided. Had it refused by itself:
}
learning-unsure = These are few: what stands here may be chance.
learning-from = From
learning-percent = { $percent } %
learning-would = It would have refused
learning-agreed = Your moderators refused of these
learning-found = Of all they refused, it would have found
learning-agreed-part = { $number } ({ $percent } %)
learning-nothing = none
learning-look = Look at what it would have got wrong from { $percent } % on
learning-rehearsal = What it would have got wrong from { $percent } % on
learning-no-mistake = Nothing: every comment it would have refused, your moderators refused as well.
learning-no-refusal = It would have refused nothing, so nothing wrongly either.
learning-mistakes = { $count ->
    [one] It would have refused one comment that your moderators kept:
   *[other] It would have refused { $count } comments that your moderators kept. The newest of them:
}
learning-likely = { $percent } % likely
learning-missed = What it would not have refused waits for a moderator as before.
learning-decides = Whether it decides
learning-threshold = It puts comments among spam by itself from so many per cent on
learning-threshold-hint = 0: it only guesses, and moderators decide. Otherwise 50 to 100. The staff, and those whose comments you have approved before and who have proved their address, are never refused by it.
learning-threshold-wrong = Please type 0, or a number from 50 to 100.
learning-save = Save
learning-try = Look first
learning-saved = Saved.
learning-overtaken = Somebody has saved other settings meanwhile. Nothing of yours is lost: look, and save again if you still want to.
## The log of the desk

desk-log = Log
log-narrow = Narrow the log
log-who = Who
log-anyone = Anyone
log-by = by { $name }
log-by-itself = by itself
log-kind = What
log-anything = Anything
log-kind-decided = Decided
log-kind-undone = Undone
log-kind-edited = Changed words
log-kind-blocked = Blocked
log-kind-unblocked = Unblocked
log-kind-treated = Treated someone otherwise
log-kind-emptied = Emptied spam and trash
log-to = Comments became
log-any-status = Whatever it was
log-from = From
log-until = To, that day included
log-show = Show
log-all = Show everything
log-empty = Nothing has been done yet.
log-none-such = Nothing in the log is like that.
log-look-further = Nothing like that in this part of the log. It goes on further back.
log-older = Older
log-decided-held = { $count ->
    [one] Held one comment
   *[other] Held { $count } comments
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
    [one] Took back: one comment is as it was
   *[other] Took back: { $count } comments are as they were
}
log-edited = Changed the words of a comment by { $name }
log-blocked-address = Blocked an address
log-blocked-domain = Blocked the domain { $domain }
log-blocked-network = Blocked a network
log-unblocked-address = Unblocked an address
log-unblocked-domain = Unblocked the domain { $domain }
log-unblocked-network = Unblocked a network
log-treated = Changed how someone’s comments are treated
log-emptied = { $count ->
    [one] Deleted the words of one comment that lay in spam or trash long enough
   *[other] Deleted the words of { $count } comments that lay in spam or trash long enough
}
log-part-of = { $count ->
    [one] Part of a decision about one comment; undoing takes back all of it.
   *[other] Part of a decision about { $count } comments; undoing takes back all of it.
}
log-words-gone = A comment whose words are gone
log-more-decisions = More comments
log-place = Its place in the log
log-hash = Its hash
log-previous = The hash of the entry before
log-ends = Each entry carries a hash made of itself and the one before. The log now ends with entry { $position }:
log-ends-explained = Note it down somewhere else. Given to “{ $command }” on the server some other day, it shows whether anything up to here was changed since.

## What is kept of the refused, and what readers are shown

own-purged = Your comment was not published
own-purged-explained = { $count ->
    [0] It was refused, and its words have been deleted since. Nobody can read them any more.
    [one] It was refused, and its words were deleted a day later. Nobody can read them any more.
   *[other] It was refused, and its words were deleted after { $count } days. Nobody can read them any more.
}
discussion-trash-days = Days for which spam and trash are kept
discussion-trash-days-hint = Then their words and names are deleted for good; they are still counted. 0 is for ever.
discussion-openness = Openness
discussion-transparency = Show readers how much is published and refused
discussion-transparency-hint = On a page of its own, linked at the foot of every page: numbers by month and reason, no words and no names.
transparency-title = How we moderate
transparency-explained = Counted is every comment that readers sent, by the month (UTC) in which it came, as it stands today, except those their authors took back. Refused is what was taken for spam or thrown away. A refused comment counts under each reason for which it was stopped; what a moderator refused of their own accord may have none.
transparency-none = No comments have come yet.
transparency-by-month = Comments by month
transparency-came = Came
transparency-published = Published
transparency-refused = Refused
transparency-waiting = Waiting
transparency-by-reason = Refused comments by reason
transparency-reason = Reason
transparency-for-everything-is-held = Read by a moderator, like every comment
transparency-for-always-held = A moderator wanted to see it first
transparency-for-learned-spam = Like much that was refused here
transparency-for-first-timer = Its author was new
transparency-for-links = Many links
transparency-for-hold-word = Words that moderators look at
transparency-for-refuse-word = Words that are not wanted here
transparency-for-blocked-address = Its author may not comment here
transparency-for-blocked-domain = Its author’s mail provider is blocked
transparency-for-blocked-network = The network it came from is blocked
transparency-for-trap-filled = Sent by a program
transparency-for-being-checked = Was being checked for spam
transparency-for-checker-spam = A spam checker took it for spam
transparency-for-checker-silent = Could not be checked for spam
## The person behind a comment, answering it, changing its words

reason-always-held = Whatever this person sends is held: a moderator wants to see it first.
kind-always-held = Author always held
told-always-held = A moderator will look at it before it appears.
own-staff-edited = The editors last changed this comment on { $moment }. What you see is how it stands now.
person-about = About the author
person-title = The person behind the comment by { $name }
person-names = Names used
person-first-seen = First seen
person-address = Email address
person-proved = proved to be theirs
person-unproved = not proved to be theirs
person-staff = The staff wrote this comment, so there is no reader behind it.
person-erased = Its author has taken this comment back. Nothing is known here any more about who that was.
person-no-address = This comment came without an email address, so nothing tells which other comments are by the same person.
person-gone = Its author has taken this comment back since you opened the page, so nothing was changed. Open this page from another comment of theirs if there is one.
person-comments = Their comments
person-no-comments = None are left.
person-reply = Answer
person-edit = Change the words
person-treated = How they are treated
person-now-anyone = They are treated like everyone else.
person-now-hold = Whatever they send is held.
person-now-trust = What they send is approved at once.
person-now-blocked = They are blocked.
person-since-by = So since { $moment }, by { $name }.
person-changed-meanwhile = Someone else was faster, and nothing was changed by you.
person-treat-anyone = Treat like everyone else
person-treat-hold = Always hold
person-treat-trust = Always trust
person-treat-blocked = Block
person-explained-anyone = The rules of the discussion decide.
person-explained-hold = Whatever they send waits for a moderator. They are not told that it is only them.
person-explained-trust = What they send is not held for links, for words to look at, or because everything is. Refused words, blocks and the spam checker still count.
person-explained-blocked = Whatever they send goes to the trash. They are not told why.
person-trust-proven = Since anyone can type an address, it holds only in a browser that has proved the address to be theirs.
person-trust-unproven = It holds in a browser that has proved the address to be theirs, and, because the rules trust a known name and address without proof, under a name of theirs that was approved before.
person-block-and-trash = { $count ->
    [one] Block, and throw away the one comment of theirs that waits
   *[other] Block, and throw away the { $count } comments of theirs that wait
}
person-done-anyone = From now on they are treated like everyone else.
person-done-hold = From now on whatever they send is held.
person-done-trust = From now on what they send is approved at once.
person-done-blocked = They are blocked.
person-why = Why (optional)
person-why-hint = It is kept in the log for good, so please name no email address.
why-is-address = There is an email address in it, and the log is never changed. Please say it without.
person-notes = Notes
person-notes-explained = Only the staff sees notes here. Someone who asks what is kept about them gets them too.
person-note = A note about this person
person-note-add = Add the note
person-note-missing = Please write something.
person-note-is-address = There is an email address in it. Addresses are shown nowhere; please say it without.
person-noted = The note is kept.
person-unnote = Delete this note
person-unnoted = The note is deleted.
answer-title = Answer a comment
answer-your-answer = Your answer to { $name }
answer-as = It appears at once, under the name { $name }.
answer-act = Answer
answer-approve-act = Approve and answer
answer-approved-too = Approved, and your answer is published.
answer-published = Your answer is published.
answer-not-sent = Your answer was not sent and is kept below; send it again if it still fits.
answer-gone = Its author has taken this comment back, so your answer was not sent. These are your words.
answer-sign-in = You are signed out, so nothing was sent. Sign in in another window and send it again.
edit-title = Change the comment by { $name }
edit-explained = The comment stays where it is, and readers see that it was edited. A decision made before this change cannot be undone any more; you can still decide anew.
edit-html-hint = This comment came from elsewhere and is written in HTML. What comments may not have is taken out.
edit-act = Save the change
edit-saved = The change is kept.
edit-same = Nothing was different, so nothing was changed.
edit-gone = Its author has taken this comment back, so it was not changed. These are your words.
edit-overtaken = The author has changed this comment since you opened the page. Both versions are here; saving again puts yours in place of theirs.
edit-overtaken-by = { $name } has changed this comment since you opened the page. Both versions are here; saving again puts yours in place of theirs.
edit-theirs = As it is now
edit-versions = Earlier versions
edit-version = Until { $moment }, when { $name } changed it
edit-restore = Put this version back

## What was meant and is not there any more

queue-gone = Nothing of that is there any more: it has been decided or taken back by now.
