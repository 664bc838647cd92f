package api

import (
	"context"
	"net/http"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/team"
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
	Email    string        `json:"email" minLength:"1" maxLength:"254"`
	Password team.Password `json:"password" minLength:"1" maxLength:"1024"`
}

// Forgotten asks for a mail with a link.
type Forgotten struct {
	Email string `json:"email" minLength:"1" maxLength:"254"`
}

// PasswordReset sets a password by the token of the mail.
type PasswordReset struct {
	Token    string        `json:"token" minLength:"1" maxLength:"200"`
	Password team.Password `json:"password" minLength:"1" maxLength:"1024"`
}

func (d *Door) session() {
	on(d, route{id: "POST /session", name: "signIn", summary: "Sign in", open: true,
		notes: "Sets the cookie kith_session. Whether an e-mail is known is never told."}, d.signIn)
	on(d, route{id: "DELETE /session", name: "signOut", summary: "Sign out", person: true}, d.signOut)
	on(d, route{id: "POST /password/forgot", name: "forgotPassword", summary: "Ask for a mail with a link", open: true,
		notes: "Answers the same whether the e-mail is known or not."}, d.forgot)
	on(d, route{id: "POST /password/reset", name: "resetPassword", summary: "Set a new password; all sessions end", open: true}, d.reset)
}

// signIn counts the try, then looks at the password, then opens a session: the
// try is durable before the password is looked at.
func (d *Door) signIn(ctx context.Context, _ access.Actor, in *told[SignIn]) (Me, error) {
	c := callOf(ctx)
	var a team.Account
	if err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = team.Knock(ctx, tx, in.Body.Email, c.from)
		return err
	}); err != nil {
		return Me{}, err
	}
	if err := fits(ctx, a, in.Body.Password); err != nil {
		return Me{}, err
	}
	return d.enter(ctx, func(ctx context.Context, tx *store.Tx) (string, team.Caller, error) {
		if err := team.Welcome(ctx, tx, a.Email, c.from); err != nil {
			return "", team.Caller{}, err
		}
		return team.Open(ctx, tx, a)
	})
}

// fits gives nil when a password is right, else 401.
func fits(ctx context.Context, a team.Account, password team.Password) error {
	ok, err := team.Fits(ctx, a, password)
	if err == nil && !ok {
		text, hint := fault.Shown(team.Wrong())
		return problem(http.StatusUnauthorized, text, hint)
	}
	return err
}

// enter opens a session and says who is signed in now.
func (d *Door) enter(ctx context.Context, open func(ctx context.Context, tx *store.Tx) (string, team.Caller, error)) (me Me, err error) {
	var cookie string
	err = store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		var who team.Caller
		if cookie, who, err = open(ctx, tx); err != nil {
			return err
		}
		if who.Locale == "" {
			if err := team.Speaks(ctx, tx, who.Actor, callOf(ctx).lang); err != nil {
				return err
			}
		}
		me, err = d.whoIs(ctx, tx, who.Actor)
		return err
	})
	if err == nil {
		d.setCookie(callOf(ctx), cookie)
	}
	return me, err
}

func (d *Door) signOut(ctx context.Context, _ access.Actor, _ *none) (nothing, error) {
	c := callOf(ctx)
	err := store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error { return team.Close(ctx, tx, c.caller.Session) })
	if err == nil {
		d.setCookie(c, "")
	}
	return nothing{}, err
}

// setCookie gives the browser its session, or takes it away.
func (d *Door) setCookie(c *call, value string) {
	//nolint:gosec // Secure follows the public address: a house on loopback has no HTTPS
	k := &http.Cookie{Name: sessionCookie, Value: value, Path: "/", HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode, MaxAge: int(team.SessionIdle.Seconds())}
	if value == "" {
		k.MaxAge = -1
	}
	c.header.Add("Set-Cookie", k.String())
}

func (d *Door) forgot(ctx context.Context, _ access.Actor, in *told[Forgotten]) (nothing, error) {
	if !d.Mail {
		return nothing{}, fault.New(fault.Unavailable, "This house has no mail server, so it cannot send a link.").
			WithHint("Ask who runs it: “kith owner create” gives an owner a new password, and an owner can invite you anew.")
	}
	from := callOf(ctx).from
	return nothing{}, store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error {
		token, a, workspace, err := team.Forgot(ctx, tx, in.Body.Email, from)
		if err != nil || token == "" {
			return err
		}
		subject, text := team.ResetLetter(a.Locale, a.Name, d.PublicURL+"/reset?token="+token)
		return team.Post(ctx, tx, d.House.Keys, workspace, a.Email, subject, text)
	})
}

func (d *Door) reset(ctx context.Context, _ access.Actor, in *told[PasswordReset]) (nothing, error) {
	var a team.Account
	if err := store.View(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = team.Resettable(ctx, tx, in.Body.Token)
		return err
	}); err != nil {
		return nothing{}, err
	}
	hash, err := team.Hash(ctx, in.Body.Password, a.Email)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, store.Do(ctx, d.House.DB, func(ctx context.Context, tx *store.Tx) error { return team.Reset(ctx, tx, in.Body.Token, hash) })
}
