package lemmy

import "github.com/kithhq/kith/internal/fault"

// verdict is what a word of Lemmy's means for the caller.
type verdict struct {
	kind  fault.Kind
	text  string
	hint  string
	field string
}

// verdicts are the words with which Lemmy refuses before it has written anything
// (crates/utils/src/error.rs of 0.19). What is not among them leaves a doubt.
func verdicts() map[string]verdict {
	again := verdict{fault.Denied, "The server does not accept our key any more.", "Connect the account again.", ""}
	login := verdict{fault.Denied, "The server does not accept this code of the second factor.", "Take the newest six digits of your authenticator.", "code"}
	barred := verdict{fault.Denied, "The server does not let this account write.", "Sign in on the server itself: the account may be banned, waiting for approval, or without a confirmed address.", ""}
	mods := verdict{fault.Denied, "Only moderators of the community may do this.", "Ask one of them, or mute the person.", ""}
	banned := verdict{fault.Denied, "This account is banned from the community.", "Choose another community.", "options"}
	gone := verdict{fault.NotFound, "The server does not have it any more.", "", ""}
	closed := verdict{fault.Invalid, "What this answers is closed or gone.", "Write it as a post of its own.", ""}
	link := verdict{fault.Invalid, "The server does not take this link.", "Look at the address, or leave it out.", "link"}
	blocked := verdict{fault.Invalid, "This person does not take messages from this account.", "Answer in public.", ""}
	return map[string]verdict{
		"incorrect_login": again, "not_logged_in": again,
		"missing_totp_token": login, "incorrect_totp_token": login, "incorrect_totp token": login,
		"site_ban": barred, "banned": barred, "deleted": barred, "registration_application_is_pending": barred, "registration_denied": barred, "email_not_verified": barred,
		"not_a_moderator": mods, "not_a_mod_or_admin": mods, "not_an_admin": mods, "not_higher_mod": mods, "only_mods_can_post_in_community": mods,
		"banned_from_community": banned, "person_is_banned_from_community": banned, "community_is_blocked": banned,
		"not_found": gone, "couldnt_find_post": gone, "couldnt_find_comment": gone, "couldnt_find_community": gone, "couldnt_find_person": gone,
		"couldnt_find_private_message": gone,
		"locked":                       closed, "max_comment_depth_reached": closed,
		"invalid_url": link, "invalid_url_scheme": link, "blocked_url": link, "url_length_overflow": link,
		"person_is_blocked": blocked, "instance_is_blocked": blocked,
		"invalid_post_title":               {fault.Invalid, "The server does not take this title.", "It has 3 to 200 characters in one line.", "title"},
		"invalid_body_field":               {fault.Invalid, "The server finds the text too long.", "Shorten it.", "text"},
		"alt_text_length_overflow":         {fault.Invalid, "The server finds the description of the image too long.", "Shorten it.", "alt"},
		"slurs":                            {fault.Invalid, "The server refuses a word of this text.", "Write it in another way.", "text"},
		"language_not_allowed":             {fault.Invalid, "The community does not take posts in this language.", "Choose another language or community.", "options"},
		"nsfw_not_allowed":                 {fault.Invalid, "The server takes nothing that is not safe for work.", "Take the mark away, or do not post it here.", "options"},
		"no_post_edit_allowed":             {fault.Invalid, "Only what this account wrote can be changed.", "", ""},
		"no_comment_edit_allowed":          {fault.Invalid, "Only what this account wrote can be changed.", "", ""},
		"edit_private_message_not_allowed": {fault.Invalid, "Only what this account wrote can be changed.", "", ""},
		"cant_block_yourself":              {fault.Invalid, "One cannot block oneself.", "", ""},
		"cant_block_admin":                 {fault.Invalid, "Administrators of the server cannot be muted.", "Write to them instead.", ""},
		"image_upload_disabled":            {fault.Invalid, "The server takes no images.", "Publish it without.", "media"},
		"invalid_image_upload":             {fault.Invalid, "The server does not take this image.", "Save it in another format.", "media"},
	}
}
