package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/blob"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/id"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/bluesky"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/secret"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/internal/team"
)

const password = "correct horse battery"

// place is a door in front of a real house: database, files, stream.
type place struct {
	t     *testing.T
	house *flow.House
	door  *api.Door
	url   string
	log   *bytes.Buffer
	hash  string // of the password that everybody has: it takes a while to make
	whole string // asks for every row of every table
}

func open(t *testing.T, db *store.DB, change ...func(*api.Config)) *place {
	t.Helper()
	p := &place{t: t, log: &bytes.Buffer{}}
	facts, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	p.must(err)
	t.Cleanup(facts.Close)
	master := make([]byte, 32)
	_, _ = rand.Read(master)
	keys, err := secret.Open(t.Context(), db, master)
	p.must(err)
	blobs, err := blob.NewFiles(t.TempDir())
	p.must(err)
	out, err := outward.New(outward.Options{})
	p.must(err)
	t.Cleanup(out.Close)
	near, err := outward.New(outward.Options{Allow: []string{"127.0.0.1/32"}})
	p.must(err)
	t.Cleanup(near.Close)
	faces := flow.NewFaces(near, blobs, slog.New(slog.DiscardHandler))
	faces.Patience = time.Minute // a busy machine is none that has no pictures
	t.Cleanup(faces.Close)
	p.house = &flow.House{Faces: faces, DB: db, Networks: network.NewSet(bluesky.New(out, bluesky.Options{})), Keys: keys, Blobs: blobs, Facts: facts, News: facts.News(), Log: slog.New(slog.DiscardHandler)}
	c := api.Config{House: p.house, Version: "test", PublicURL: "http://kith.test", Mail: true, Rate: 1e6, Log: slog.New(slog.NewJSONHandler(&locked{to: p.log}, nil))}
	for _, f := range change {
		f(&c)
	}
	p.door, err = api.New(c)
	p.must(err)
	server := httptest.NewServer(p.door)
	t.Cleanup(server.Close)
	t.Cleanup(p.door.Close)
	p.url = server.URL
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return p
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) do(write func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	storetest.Do(p.t, p.house.DB, write)
}

func (p *place) hashed() string {
	p.t.Helper()
	if p.hash == "" {
		var err error
		p.hash, err = team.Hash(p.t.Context(), password, "somebody@example.org")
		p.must(err)
	}
	return p.hash
}

// team is a workspace with its owner and a token that may do everything.
type house struct {
	by    access.Actor
	email string
	token string
}

func (p *place) team(email string) (h house) {
	p.t.Helper()
	hash := p.hashed()
	p.do(func(ctx context.Context, tx *store.Tx) error {
		w, err := team.Begin(ctx, tx, "Radio "+email, "Europe/Paris", "en")
		if err != nil {
			return err
		}
		a, err := team.Own(ctx, tx, w.ID, email, "Ada", hash)
		if err != nil {
			return err
		}
		h.by, h.email = access.Actor{User: a.ID, Name: a.Name, Workspace: w.ID, Role: access.Owner}, email
		if err := moderate.Begin(ctx, tx, w.ID); err != nil {
			return err
		}
		_, h.token, err = team.MakeToken(ctx, tx, h.by, "all", access.Verbs(), 0)
		return err
	})
	return h
}

// things are the ids of everything a workspace may have.
type things map[string]string

// marker is in every text of a furnished workspace; nobody else may ever read it.
const marker = "Zyxwvut"

func (p *place) furnish(h house) things {
	p.t.Helper()
	ids := things{}
	upload, err := media.Take(p.t.Context(), p.house.Blobs, h.by.Workspace, bytes.NewReader(picture(p.t)))
	p.must(err)
	faces := p.faces(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture(p.t)) })
	p.do(func(ctx context.Context, tx *store.Tx) error {
		c, err := channel.Connect(ctx, tx, p.house.Keys, h.by.Workspace, "bluesky", network.Account{Base: "https://pds.test", ID: "did:plc:" + marker, Handle: marker + ".test", AvatarURL: faces.URL, Keys: "{}",
			Limits: network.Limits{Text: network.TextLimit{Max: 300, Unit: "graphemes"}}})
		if err != nil {
			return err
		}
		m, err := media.Keep(ctx, tx, h.by, upload, marker+".png", marker)
		if err != nil {
			return err
		}
		post, err := publish.Save(ctx, tx, h.by, "", 0, []publish.Content{{Text: marker, Media: []publish.Attached{{ID: m.ID}}}}, []publish.Target{{ChannelID: c.ID, Network: c.Network}})
		if err != nil {
			return err
		}
		pubs, err := publish.Publications(ctx, tx, h.by.Workspace, post.ID)
		if err != nil {
			return err
		}
		told, live, ruling, err := h.heard(ctx, tx, c.ID, pubs[0].ID)
		if err != nil {
			return err
		}
		invitation, _, err := team.Invite(ctx, tx, h.by, "guest@"+strings.ToLower(marker)+".org", access.Analyst, nil)
		if err != nil {
			return err
		}
		all, err := team.Tokens(ctx, tx, h.by.Workspace)
		if err != nil {
			return err
		}
		grant := channel.Grant{ID: marker + "-attempt-to-connect", Workspace: h.by.Workspace, User: h.by.User, Network: "mastodon"}
		if err := channel.Ask(ctx, tx, p.house.Keys, grant, channel.Kept{Settings: map[string]string{"server": marker}}); err != nil {
			return err
		}
		if err := channel.Miss(ctx, tx, h.by.Workspace, c.ID, channel.Lost, network.Span{From: tx.Now.Add(-time.Hour), To: tx.Now}); err != nil {
			return err
		}
		gaps, err := channel.Gaps(ctx, tx, h.by.Workspace, c.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into subtitle (id, workspace, media_id, lang, name, body, cues, created_by, created_at)
			values ($1, $2, $3, 'fr', $4, $5, 1, $6, $7)`, marker+"-fr", h.by.Workspace, m.ID, marker+".srt", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"+marker+"\n", h.by.User, tx.Now); err != nil {
			return err
		}
		ids["gaps"], ids["grants"], ids["network-apps"] = gaps[0].ID, grant.ID, "facebook"
		ids["members"], ids["invitations"], ids["tokens"], ids["channels"], ids["media"] = h.by.User, invitation.ID, all[0].ID, c.ID, m.ID
		ids["posts"], ids["publications"], ids["conversations"], ids["messages"] = post.ID, pubs[0].ID, told.ConversationID, told.ID
		device, err := team.AddDevice(ctx, tx, p.house.Keys, h.by, "https://push.test/"+marker, `{"p256dh":"","auth":""}`, marker, "en")
		if err != nil {
			return err
		}
		ids["devices"] = device.ID
		coming, err := media.Announce(ctx, tx, h.by, marker+".mp4", 1000)
		if err != nil {
			return err
		}
		ids["uploads"] = coming.ID
		ids["avatars"] = c.ID
		if ids["asides"], err = h.missed(ctx, tx, c.ID, "1", marker); err != nil {
			return err
		}
		ids["people"], ids["rules"], ids["verdicts"], ids["rehearsal"] = told.PersonID, live, ruling, "1"
		return nil
	})
	return ids
}

// raw is in the body of every fact that was set aside; nobody ever reads it.
const raw = "what the network sent"

// missed is a fact that was set aside.
func (h house) missed(ctx context.Context, tx *store.Tx, channelID, key, mark string) (aside string, err error) {
	f := stream.Fact{Workspace: h.by.Workspace, Channel: channelID, Person: "did:plc:fan", Key: key, Kind: "bluesky", At: tx.Now, Body: []byte(raw)}
	aside = id.New()
	_, err = tx.Exec(ctx, `insert into fact_aside (id, workspace, channel_id, person, key, body, error_text, said, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, aside, f.Workspace, f.Channel, f.Person, f.Key, f, raw, "Why it is here: "+mark, tx.Now)
	return aside, err
}

// heard is a comment of a fan, and a ruling about it.
func (h house) heard(ctx context.Context, tx *store.Tx, channelID, publication string) (m inbox.Message, rule, ruling string, err error) {
	face := people.Face{Workspace: h.by.Workspace, Network: "bluesky", RemoteID: "did:plc:fan"}
	crowd, err := people.Meet(ctx, tx, []people.Face{face})
	if err != nil {
		return m, "", "", err
	}
	who := crowd.Recognize(face, network.Author{ID: "did:plc:fan", Handle: "fan.test", Name: "Fan " + marker}, tx.Now)
	a := inbox.Arrival{Workspace: h.by.Workspace, ChannelID: channelID, Network: "bluesky", PersonID: who.PersonID, Publication: publication,
		Event: network.Event{Kind: network.Comment, Ref: network.Ref{ID: "at://1"}, Author: network.Author{Name: "Fan"}, Text: "Bonjour " + marker, At: tx.Now, Thread: "at://0"}}.Ready()
	tray, err := inbox.Lay(ctx, tx, []inbox.Arrival{a})
	if err != nil {
		return m, "", "", err
	}
	m = tray.Record(a).Message
	rules, err := moderate.Rules(ctx, tx, h.by.Workspace)
	if err != nil {
		return m, "", "", err
	}
	live, err := moderate.Declare(ctx, tx, h.by.Workspace, rules[0].ID, moderate.Live, 5, 60)
	if err != nil {
		return m, "", "", err
	}
	docket, err := moderate.Open(ctx, tx, nil)
	if err != nil {
		return m, "", "", err
	}
	ruling, _ = docket.Pronounce(live, moderate.Subject{PersonID: who.PersonID, MessageID: m.ID, At: tx.Now}, moderate.Verdict{Guilty: true, Reason: moderate.Sentence{Key: "flooding"}})
	return m, live.ID, ruling, errors.Join(crowd.Keep(ctx, tx), docket.Keep(ctx, tx), tray.Keep(ctx, tx))
}

func picture(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// said is an answer.
type said struct {
	*http.Response
	body []byte
}

func (p *place) ask(method, path string, body any, header ...string) said {
	p.t.Helper()
	var send io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		send = strings.NewReader(b)
	case []byte:
		send = bytes.NewReader(b)
	case *bytes.Buffer:
		send = b
	default:
		text, err := json.Marshal(b)
		p.must(err)
		send = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, send)
	p.must(err)
	if send != nil {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	p.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	p.must(err)
	return said{res, text}
}

func (p *place) with(h house, method, path string, body any, header ...string) said {
	p.t.Helper()
	return p.ask(method, "/api/v1"+path, body, append([]string{"Authorization", "Bearer " + h.token}, header...)...)
}

// ok reads an answer that must be a success.
func ok[T any](t *testing.T, s said) (v T) {
	t.Helper()
	if s.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", s.Request.Method, s.Request.URL.Path, s.Status, s.body)
	}
	if len(s.body) > 0 {
		if err := json.Unmarshal(s.body, &v); err != nil {
			t.Fatalf("%s: %s", err, s.body)
		}
	}
	return v
}

// refused reads an answer that must be this problem.
func refused(t *testing.T, s said, status int, kind string) (p api.Problem) {
	t.Helper()
	if s.StatusCode != status || s.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s %s: want %d, got %s %s %s", s.Request.Method, s.Request.URL.Path, status, s.Status, s.Header.Get("Content-Type"), s.body)
	}
	if err := json.Unmarshal(s.body, &p); err != nil || p.Kind != kind || p.Status != status || p.Detail == "" {
		t.Fatalf("%s %s: want kind %s: %s", s.Request.Method, s.Request.URL.Path, kind, s.body)
	}
	return p
}

// form is a multipart body.
func form(t *testing.T, fields map[string]string, file []byte) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for k, v := range fields {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "../../plage.png")
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

const soonEnough = 2 * time.Minute
