package crash

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/bluesky"
	"github.com/kithhq/kith/internal/sandbox/facebook"
	"github.com/kithhq/kith/internal/sandbox/instagram"
	"github.com/kithhq/kith/internal/sandbox/lemmy"
	"github.com/kithhq/kith/internal/sandbox/linkedin"
	"github.com/kithhq/kith/internal/sandbox/mastodon"
	"github.com/kithhq/kith/internal/sandbox/pinterest"
	"github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/sandbox/x"
	"github.com/kithhq/kith/internal/sandbox/youtube"
)

// stage is the pretended networks on loopback, each behind a tap that can hold
// back every byte which reaches it.
type stage struct {
	*sandbox.Stage
	bluesky   *bluesky.Network
	mastodon  *mastodon.Network
	facebook  *facebook.Network
	pinterest *pinterest.Network
	youtube   *youtube.Network
	instagram *instagram.Network
	x         *x.Network
	linkedin  *linkedin.Network
	tiktok    *tiktok.Network
	lemmy     *lemmy.Network
	urls      map[string]string
	taps      []*tap
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{Stage: sandbox.New(sandbox.Options{Seed: 1}), urls: map[string]string{}}
	t.Cleanup(s.Close)
	// A hundred rounds within an hour are more than a network lets pass: how Kith
	// bears limits is tested elsewhere.
	s.bluesky = bluesky.New(s.Stage, bluesky.Options{HourPoints: 1e9, DayPoints: 1e9, Calls: 1e9, SignIns: 1e9, VideosDaily: 1e9, VideoTime: 500 * time.Millisecond})
	s.mastodon = mastodon.New(s.Stage, mastodon.Options{Requests: 1e9, Posts: 1e9, Uploads: 1e9, MediaTime: 500 * time.Millisecond})
	s.facebook = facebook.New(s.Stage, facebook.Options{ReelsMost: 1e9, Work: 500 * time.Millisecond})
	s.pinterest = pinterest.New(s.Stage, pinterest.Options{PerMinute: 1e9, Processing: 500 * time.Millisecond})
	s.youtube = youtube.New(s.Stage, youtube.Options{Units: 1e9, Uploads: 1e9, Processing: 500 * time.Millisecond})
	s.instagram = instagram.New(s.Stage, instagram.Options{PublishMax: 1e9, ContainersMax: 1e9, Work: 500 * time.Millisecond})
	s.x = x.New(s.Stage, x.Options{Plenty: true, Premium: true, Work: 500 * time.Millisecond})
	s.linkedin = linkedin.New(s.Stage, linkedin.Options{Processing: 500 * time.Millisecond, PartBytes: 100_000})
	s.tiktok = tiktok.New(s.Stage, tiktok.Options{Plain: true, Plenty: true, PostsPerDay: 1e9, Pending: 1e9, PerMinute: 1e9, Processing: 500 * time.Millisecond, Moderation: 500 * time.Millisecond})
	s.lemmy = lemmy.New(s.Stage, lemmy.Options{Messages: 1e9, Posts: 1e9, Comments: 1e9, Images: 1e9})
	for name, h := range map[string]http.Handler{"bluesky": s.bluesky.Handler(), "mastodon": s.mastodon.Handler(), "facebook": s.facebook.Handler(), "pinterest": s.pinterest.Handler(),
		"youtube": s.youtube.Handler(), "instagram": s.instagram.Handler(), "x": s.x.Handler(), "linkedin": s.linkedin.Handler(), "tiktok": s.tiktok.Handler(),
		"lemmy": s.lemmy.Handler()} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.urls[name] = "http://" + l.Addr().String()
		tapped := &tap{Listener: l}
		s.taps = append(s.taps, tapped)
		server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		go server.Serve(tapped) //nolint:errcheck // it ends by Close
		t.Cleanup(func() { tapped.drop(); _ = server.Close() })
	}
	return s
}

// plenty are quotas of posts that a hundred rounds do not use up.
const plenty = `{"instagram": {"quotas": [{"name": "posts", "max": 1000000, "window_s": 86400, "per": "account"}]},
	"x": {"quotas": [{"name": "posts", "max": 1000000, "window_s": 900, "per": "account"}]},
	"linkedin": {"quotas": [{"name": "posts", "max": 1000000, "daily": "UTC", "per": "account"}]},
	"tiktok": {"quotas": [{"name": "posts", "max": 1000000, "window_s": 86400, "per": "account"}]},
	"youtube": {"quotas": [{"name": "posts", "max": 1000000, "daily": "America/Los_Angeles", "per": "app"},
		{"name": "calls", "max": 100000000, "daily": "America/Los_Angeles", "per": "app"}]}}`

// fit makes a configuration speak to the stage.
func (s *stage) fit(t *testing.T, c *config.Config) {
	t.Helper()
	c.Facebook = config.Meta{AppID: "600000000000001", AppSecret: "app-secret", VerifyToken: "crash", GraphURL: s.urls["facebook"]}
	for _, name := range []string{"bluesky", "pinterest", "youtube", "instagram", "x", "linkedin", "tiktok"} {
		c.Endpoints = append(c.Endpoints, name+"="+s.urls[name])
	}
	c.Apps = append(c.Apps, "instagram=600000000000002:app-secret:crash", "x=Y2xpZW50LXJlaGVhcnNhbA:client-secret-of-the-rehearsal",
		"linkedin=77kithrehearsal:client-secret", "tiktok=awtiktokkey:tiktok-secret")
	c.Mechanics = filepath.Join(t.TempDir(), "mechanics.json")
	if err := os.WriteFile(c.Mechanics, []byte(plenty), 0o600); err != nil {
		t.Fatal(err)
	}
}

// account is one of our accounts on a network.
type account struct {
	network, id string
	settings    map[string]string
	ways        []way
	talks       bool // people can be answered there
}

// accounts makes n accounts of ours on each network.
func (s *stage) accounts(n int) (all []account) {
	theirs := s.said()
	for i := range n {
		letter := string(rune('a' + i))
		sky := s.bluesky.Account("hirondelle-"+letter+".bsky.test", "Hirondelle "+letter)
		toot := s.mastodon.Account("hirondelle_"+letter, "Hirondelle "+letter)
		page := s.facebook.AddPage("Hirondelle " + letter)
		pins := s.pinterest.Account("hirondelle_"+letter, "Hirondelle "+letter)
		films := s.youtube.AddChannel("Hirondelle "+letter, "hirondelle"+letter)
		insta := s.instagram.AddAccount("hirondelle."+letter, "Hirondelle "+letter)
		bird := s.x.Account("hirondelle_"+letter, "Hirondelle "+letter)
		firm := s.linkedin.AddPage("Hirondelle "+letter, s.linkedin.AddMember("Camille "+letter))
		clips := s.tiktok.Account("hirondelle."+letter, "Hirondelle "+letter)
		links := s.lemmy.Account("hirondelle_"+letter, "Hirondelle "+letter)
		all = append(all,
			account{"bluesky", sky.DID, map[string]string{"server": s.urls["bluesky"], "handle": sky.Handle, "password": sky.AppPassword}, ways("bluesky", quoted(theirs["bluesky"])), true},
			account{"mastodon", toot.ID, map[string]string{"server": s.urls["mastodon"], "token": toot.Token}, ways("mastodon", quoted(theirs["mastodon"])), true},
			account{"facebook", page.ID, map[string]string{"page": page.ID, "token": page.Token}, ways("facebook", nil), true},
			account{"pinterest", pins.ID, map[string]string{"token": pins.Token}, ways("pinterest", map[string]string{"board": pins.Board, "repost": theirs["pinterest"]}), false},
			account{"youtube", films.ID, map[string]string{"client": "700000000001-kith.apps.googleusercontent.com", "secret": "GOCSPX-app-secret", "token": films.Refresh},
				ways("youtube", map[string]string{"kids": "no", "playlist": s.youtube.AddPlaylist(films.ID, "Shelves")}), true},
			account{"instagram", insta.ID, map[string]string{"token": insta.PageToken}, ways("instagram", nil), true},
			account{"x", bird.ID, map[string]string{"token": bird.Token, "refresh": bird.Refresh}, ways("x", quoted(theirs["x"])), true},
			account{"linkedin", firm.URN, map[string]string{"token": firm.Token, "page": firm.Number}, ways("linkedin", nil), true},
			account{"tiktok", clips.ID, map[string]string{"token": clips.Token, "business_id": clips.BusinessID, "business_token": clips.BusinessToken,
				"business_refresh": clips.BusinessRefreshKey}, ways("tiktok", map[string]string{"privacy": "PUBLIC_TO_EVERYONE", "comments": "true"}), true},
			account{"lemmy", links.ID, map[string]string{"server": s.urls["lemmy"], "username": links.Username, "password": links.Password}, ways("lemmy", map[string]string{"community": links.Community}), true})
	}
	return all
}

// said are addresses of what somebody said, by network: what ours may share there.
func (s *stage) said() map[string]string {
	who := s.Cast.All()[1]
	sky, _ := s.bluesky.Says(who, "The report is out.", false)
	// What a saved pin says would be taken for a text of ours: it says nothing.
	return map[string]string{"bluesky": sky, "pinterest": s.pinterest.Says(who, ""), "x": s.x.Says(who, "The report is out."),
		"mastodon": s.mastodon.Page(s.urls["mastodon"], s.mastodon.Says(who, "The report is out.", "public", "", false))}
}

// hold lets connections come and reads nothing of them.
func (s *stage) hold() {
	for _, t := range s.taps {
		t.hold()
	}
}

// drop cuts what is held and lets everything pass again: what was on its way
// never reached the network.
func (s *stage) drop() {
	for _, t := range s.taps {
		t.drop()
	}
}

type tap struct {
	net.Listener
	mu   sync.Mutex
	shut chan struct{} // closed when what is held is dropped; nil: everything passes
}

func (t *tap) hold() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut == nil {
		t.shut = make(chan struct{})
	}
}

func (t *tap) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shut != nil {
		close(t.shut)
		t.shut = nil
	}
}

func (t *tap) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tapped{Conn: c, tap: t}, nil
}

type tapped struct {
	net.Conn
	tap *tap
}

// Read gives what came, unless the tap holds it back.
func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tap.mu.Lock()
	shut := c.tap.shut
	c.tap.mu.Unlock()
	if shut == nil || n == 0 {
		return n, err
	}
	<-shut
	_ = c.Conn.Close()
	return 0, io.ErrUnexpectedEOF
}
