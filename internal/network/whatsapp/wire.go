package whatsapp

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/text"
)

var (
	// digits is a phone number as WhatsApp writes one.
	digits = text.OnlyOf("0-9", 5, 20) //nolint:gochecknoglobals // a table
	// scoped is the id that Meta gives a business for a person.
	scoped = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`) //nolint:gochecknoglobals // compiled once
)

// keys are what we keep of a connection.
type keys struct {
	Token   string `json:"token"`
	Account string `json:"account"` // the business account that the number belongs to
}

func (k keys) text() secret.Text {
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // texts
	}
	return secret.Text(data)
}

// session is one connection in use.
type session struct {
	*Driver
	conn network.Conn
	keys keys
}

func (d *Driver) open(conn network.Conn) (*session, error) {
	var k keys
	if json.Unmarshal([]byte(conn.Keys.Reveal()), &k) != nil || k.Token == "" || !graph.Object.MatchString(k.Account) || !graph.Object.MatchString(conn.Account) {
		return nil, fault.New(fault.Denied, "The key of this number is not complete.").WithHint("Connect the number again.")
	}
	return &session{d, conn, k}, nil
}

// send makes a call in the name of the number.
func (s *session) send(ctx context.Context, a graph.Ask, out any) (time.Time, error) {
	a.App = s.conn.App
	return s.graph.Send(ctx, s.keys.Token, a, out)
}

func (s *session) call(ctx context.Context, a graph.Ask, out any) error {
	_, err := s.send(ctx, a, out)
	return err
}

// wanted are the permissions that everything together needs.
func wanted() []string {
	return []string{"whatsapp_business_management", "whatsapp_business_messaging"}
}

// extra is what we remember to act on something again.
type extra struct {
	To    string `json:"to,omitempty"`    // the person's number, where it is told
	User  string `json:"user,omitempty"`  // the person's id at this business
	Group string `json:"group,omitempty"` // the group that was written in
	Ours  bool   `json:"ours,omitempty"`  // it was written by us
}

func readExtra(ref *network.Ref) extra {
	var e extra
	if ref == nil || json.Unmarshal(ref.Extra, &e) != nil {
		return extra{}
	}
	if !digits.MatchString(e.To) {
		e.To = ""
	}
	if !scoped.MatchString(e.User) {
		e.User = ""
	}
	if !graph.Known.MatchString(e.Group) {
		e.Group = ""
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

// envelope is what every message has around it.
type envelope struct {
	Product   string      `json:"messaging_product"`
	Kind      string      `json:"recipient_type"`
	To        string      `json:"to,omitempty"`
	Recipient string      `json:"recipient,omitempty"` // a person whose number is not told
	Context   *contextOf  `json:"context,omitempty"`
	Opaque    string      `json:"biz_opaque_callback_data,omitempty"`
	Type      string      `json:"type"`
	Text      *textOf     `json:"text,omitempty"`
	Image     *fileOf     `json:"image,omitempty"`
	Video     *fileOf     `json:"video,omitempty"`
	Audio     *fileOf     `json:"audio,omitempty"`
	Document  *fileOf     `json:"document,omitempty"`
	Sticker   *fileOf     `json:"sticker,omitempty"`
	Reaction  *reactionOf `json:"reaction,omitempty"`
	Template  *templateOf `json:"template,omitempty"`
}

type contextOf struct {
	Message string `json:"message_id"`
}

type textOf struct {
	Body    string `json:"body"`
	Preview bool   `json:"preview_url"`
}

type fileOf struct {
	ID      string `json:"id"`
	Caption string `json:"caption,omitempty"`
	Name    string `json:"filename,omitempty"`
}

type reactionOf struct {
	Message string `json:"message_id"`
	Emoji   string `json:"emoji"`
}

// to makes an envelope for whom something was exchanged with; ok is false when
// that is not known.
func (e extra) to() (m envelope, ok bool) {
	m = envelope{Product: "whatsapp", Kind: "individual", To: e.To}
	switch {
	case e.Group != "":
		m.Kind, m.To = "group", e.Group
	case e.To == "":
		m.Recipient = e.User
	}
	return m, m.To != "" || m.Recipient != ""
}
