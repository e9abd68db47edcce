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
held-heading = Your comment is awaiting moderation
held-explained = We have it. A moderator will read it; once it is approved, everyone can. This page is for you alone: keep its address if you want to come back and see.
held-spam-heading = Your comment was set aside as spam
held-spam-explained = It is kept where moderators can see it. If it was taken for spam by mistake, they can put it back.
held-trashed-heading = Your comment was not published
held-trashed-explained = A moderator decided against it.
held-back-to = Back to “{ $title }”

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
    [one] One other reply approved.
   *[other] { $count } other replies approved.
}
history-refused = { $count ->
    [one] One other reply refused.
   *[other] { $count } other replies refused.
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
