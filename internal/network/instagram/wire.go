package instagram

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
)

// The two logins.
const (
	byFacebook  = "facebook"
	byInstagram = "instagram"
)

// keys are what we keep of a connection.
type keys struct {
	Login   string `json:"login"`
	Token   string `json:"token"`
	Page    string `json:"page,omitempty"`    // with Facebook's login: the Page that messages belong to
	Expires int64  `json:"expires,omitempty"` // with Instagram's login, in seconds
	Since   int64  `json:"since,omitempty"`   // when we got this one, with Instagram's login
	// Rights are the permissions that were given with Instagram's login, as far as it told;
	// with Facebook's, they are asked for.
	Rights []string `json:"rights,omitempty"`
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // texts and a number
	}
	return secret.Text(data)
}

// granted is what the account lets us do, as far as its keys tell.
func (k keys) granted() network.Granted {
	return network.Granted{Sort: k.Login, Rights: k.Rights}
}

func keysOf(conn network.Conn) (keys, error) {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || k.Token == "" || !graph.Object.MatchString(conn.Account) ||
		k.Login == byFacebook && !graph.Object.MatchString(k.Page) {
		return keys{}, fault.New(fault.Denied, "The key of this account is not complete.").WithHint("Connect the account again.")
	}
	return k, nil
}

func (d *Driver) client(k keys) *graph.Client {
	if k.Login == byInstagram {
		return d.instagram
	}
	return d.facebook
}

// loginOf is the login that our app at Meta is for.
func loginOf(app network.App) string {
	if app.Extra["login"] == byInstagram {
		return byInstagram
	}
	return byFacebook
}

// metaApp is our app where it is one of Facebook's login: that of Instagram's login has
// an id and a secret of its own, with which graph.facebook.com is not asked.
func metaApp(conn network.Conn) network.App {
	if loginOf(conn.App) == byFacebook {
		return conn.App
	}
	return network.App{}
}

// inbox is what conversations belong to.
func (k keys) inbox(conn network.Conn) string {
	if k.Login == byInstagram {
		return conn.Account
	}
	return k.Page
}

// session is one connection in use.
type session struct {
	*Driver
	conn network.Conn
	keys keys
}

func (d *Driver) open(conn network.Conn) (*session, error) {
	k, err := keysOf(conn)
	return &session{d, conn, k}, err
}

// send makes a call in the name of the account.
func (s *session) send(ctx context.Context, a graph.Ask, out any) (time.Time, error) {
	if s.keys.Login == byFacebook && loginOf(s.conn.App) == byFacebook {
		a.App = s.conn.App // its secret proves nothing of tokens of the other login
	}
	return s.client(s.keys).Send(ctx, s.keys.Token, a, out)
}

// call is send for lists.
func (s *session) call(ctx context.Context, a graph.Ask, out any) error {
	_, err := s.send(ctx, a, out)
	return err
}

func (s *session) walk(ctx context.Context, path string, query url.Values, most int, take func([]json.RawMessage) bool) (graph.Ending, error) {
	return s.client(s.keys).Walk(ctx, s.call, path, query, most, take)
}

func (s *session) misunderstood(a graph.Ask) error { return s.client(s.keys).Misunderstood(a) }

// made is the answer to what was made.
type made struct {
	ID graph.Ident `json:"id"`
}

// wanted are the permissions that everything together needs.
func wanted(login string) []string {
	if login == byInstagram {
		return []string{"instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_comments",
			"instagram_business_manage_messages", "instagram_business_manage_insights"}
	}
	return []string{"instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_insights", "instagram_manage_messages",
		"pages_show_list", "pages_read_engagement", "pages_manage_metadata"}
}

// extra is what we remember to act on something again.
type extra struct {
	To      string `json:"to,omitempty"`      // a message: the person it is exchanged with
	Media   string `json:"media,omitempty"`   // a comment: the post it stands below
	Above   string `json:"above,omitempty"`   // and the comment, if it answers one
	From    string `json:"from,omitempty"`    // and who wrote it
	Mention bool   `json:"mention,omitempty"` // it is somebody else's, and mentions us
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref != nil && json.Unmarshal(ref.Extra, &e) != nil {
		return extra{}
	}
	return e
}

func (e extra) raw() json.RawMessage {
	if e == (extra{}) {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts and a switch
	}
	return data
}
