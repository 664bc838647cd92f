package api

import (
	"github.com/kithhq/kith/internal/access"
)

// Me is who is signed in, where, and what they may do.
type Me struct {
	User      User        `json:"user"`
	Workspace Workspace   `json:"workspace"`
	Role      access.Role `json:"role" enum:"owner,manager,contributor,moderator,analyst"`
	Can       List[Verb]  `json:"can"`
	Channels  []string    `json:"channels" doc:"The channels one is limited to; null = all."`
	Rehearsal bool        `json:"rehearsal" doc:"This house plays on pretended networks."`
	Version   string      `json:"version"`
}

// Verb is something one may do.
type Verb string

// User is a person as they see themselves.
type User struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Locale string `json:"locale"`
	Theme  string `json:"theme" enum:"auto,light,dark"`
}

// SignIn opens a session.
type SignIn struct {
	Email    string `json:"email" minLength:"1" maxLength:"254"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

// MeChange changes oneself; what is absent stays.
type MeChange struct {
	Name   *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Locale *string `json:"locale,omitempty" enum:"en,fr"`
	Theme  *string `json:"theme,omitempty" enum:"auto,light,dark"`
}

// PasswordChange changes one's own password and ends all other sessions.
type PasswordChange struct {
	Current string `json:"current" minLength:"1" maxLength:"1024"`
	New     string `json:"new" minLength:"1" maxLength:"1024"`
}

// Forgotten asks for a mail with a link.
type Forgotten struct {
	Email string `json:"email" minLength:"1" maxLength:"254"`
}

// PasswordReset sets a password by the token of the mail.
type PasswordReset struct {
	Token    string `json:"token" minLength:"1" maxLength:"200"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

func (d *Door) session() {
	on(d, route{id: "POST /session", name: "signIn", summary: "Sign in", open: true,
		notes: "Sets the cookie kith_session. Whether an address is known is never told."}, soon[told[SignIn], Me])
	act(d, route{id: "DELETE /session", name: "signOut", summary: "Sign out", person: true}, soonAct[none])
	on(d, route{id: "GET /me", name: "getMe", summary: "Who is signed in"}, soon[none, Me])
	on(d, route{id: "PATCH /me", name: "changeMe", summary: "Change name, language or theme", person: true}, soon[told[MeChange], Me])
	act(d, route{id: "POST /me/password", name: "changePassword", summary: "Change one's password; all other sessions end", person: true}, soonAct[told[PasswordChange]])
	act(d, route{id: "POST /password/forgot", name: "forgotPassword", summary: "Ask for a mail with a link", open: true,
		notes: "Answers the same whether the address is known or not."}, soonAct[told[Forgotten]])
	act(d, route{id: "POST /password/reset", name: "resetPassword", summary: "Set a new password; all sessions end", open: true}, soonAct[told[PasswordReset]])
}
