package instagram

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/graph"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
)

// recorded are real answers of Graph about Instagram, by their path; none where
// they are not at hand.
func recorded(tb testing.TB) map[string][]byte {
	tb.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	all := map[string][]byte{}
	root = filepath.Join(root, "recorded", "meta-python-facebook")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(path, root)), "/")
		if !strings.HasPrefix(name, "instagram/") && name != "error.json" {
			return nil
		}
		data, err := os.ReadFile(path)
		all[name] = data
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		tb.Fatal(err)
	}
	return all
}

func us() network.Conn {
	return network.Conn{Account: "17841406338772941", Handle: "ikroskun", Keys: `{"login":"facebook","token":"EAAG-none","page":"1"}`}
}

func anyoneReading(tb testing.TB) *reading {
	tb.Helper()
	s, err := New(nil, Options{}).open(us())
	if err != nil {
		tb.Fatal(err)
	}
	r := &reading{session: s, seen: map[string]bool{}}
	r.c.Begin(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), while)
	r.c.Sweep = &sweep{Floor: 1, Then: 2, Said: map[string]told{}}
	return r
}

func (r *reading) decoded(t *testing.T) []network.Event {
	t.Helper()
	var all []network.Event
	for _, raw := range r.events {
		if raw.Person == "" || raw.Key == "" || raw.At.IsZero() {
			t.Errorf("raw %+v", raw)
		}
		events, err := r.Decode(r.conn, raw)
		if err != nil || len(events) > 1 {
			t.Fatalf("%s: %v", raw.Body, err)
		}
		if err := networktest.Sound(events); err != nil {
			t.Error(err)
		}
		all = append(all, events...)
	}
	return all
}

// Comments, posts, containers, quotas and figures as Graph really gives them.
func TestRecordedBodiesAreUnderstood(t *testing.T) {
	all := recorded(t)
	if len(all) == 0 {
		t.Skip("no recorded answers at recorded/meta-python-facebook (set KITH_SPECS)")
	}
	into := func(name string, v any) {
		t.Helper()
		if err := json.Unmarshal(all["instagram/"+name], v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"apidata/comments/replies.json", "apidata/medias/comments_p1.json", "apidata/medias/comments_p2.json"} {
		var l graph.List
		into(name, &l)
		r := anyoneReading(t)
		r.comments(&rest{Post: "17846368219941692", Floor: 1}, l.Data)
		if got := r.decoded(t); len(got) != len(l.Data) || len(got) == 0 || got[0].Text == "" || got[0].At.Year() != 2020 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	var c said
	into("models/ig_comment.json", &c)
	r := anyoneReading(t)
	r.comment(&rest{Post: "17846368219941692", Floor: 1}, c)
	if got := r.decoded(t); len(got) != 1 || got[0].Kind != network.Ours || len(c.Replies.Data) != 1 || c.Hidden {
		t.Errorf("our own comment: %+v", got)
	}

	for _, name := range []string{"apidata/users/medias_p1.json", "apidata/users/medias_p2.json", "apidata/users/stories.json", "apidata/users/tagged_medias.json"} {
		var l graph.List
		into(name, &l)
		for _, item := range l.Data {
			var p post
			if err := json.Unmarshal(item, &p); err != nil || !graph.Object.MatchString(string(p.ID)) || graph.Moment(p.Time).IsZero() || address(p.URL) == "" || p.files() < 1 {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		}
		if len(l.Data) == 0 {
			t.Errorf("%s is empty", name)
		}
		if place := l.Further(); l.Paging.Next != "" && (len(place) == 0 || place.Has("access_token")) {
			t.Errorf("%s: the next place is %v", name, place)
		}
	}
	var album post
	if into("models/ig_media.json", &album); album.Type != "CAROUSEL_ALBUM" || album.files() < 2 {
		t.Errorf("the album has %d files", album.files())
	}

	var box container
	if into("apidata/publish/container_info.json", &box); box.Code != finished || box.ID == "" || box.Status == "" {
		t.Errorf("the container is %+v", box)
	}
	var boxes map[string]container
	if into("apidata/publish/containers_info.json", &boxes); len(boxes) != 2 || boxes["17966279578433554"].Code != finished {
		t.Errorf("the containers are %+v", boxes)
	}
	var new made
	if into("apidata/publish/publish_container.json", &new); new.ID != "17920238422030506" {
		t.Errorf("published as %q", new.ID)
	}
	for name, want := range map[string]map[string]int64{
		"apidata/medias/insights.json":         {network.Reach: 5, network.Saves: 0},
		"apidata/users/user_insights_new.json": {network.Reach: 14516883},
	} {
		var i insights
		into(name, &i)
		counts := network.Counts{}
		i.add(counts)
		for metric, n := range want {
			if got, told := counts[metric]; !told || got != n {
				t.Errorf("%s: %v", name, counts)
			}
		}
		if _, told := counts["impressions"]; told {
			t.Errorf("%s: what has ended is counted: %v", name, counts)
		}
	}
	var p profile
	if into("models/ig_user.json", &p); p.Username != "facebookfordevelopers" || p.Followers == nil || *p.Followers != 64361 {
		t.Errorf("the account is %+v", p)
	}
}

// refuse gives the kind of a refusal.
func refuse(status int, body string, header http.Header, a graph.Ask) error {
	return New(nil, Options{}).facebook.Read(a, &outward.Response{Status: status, Header: header, Body: []byte(body)}, nil)
}

// The reference “Error Codes” of the Instagram Platform, read on 2026-06-02.
func TestRefusalsHaveTheirKind(t *testing.T) {
	write := graph.Ask{Method: http.MethodPost}
	harmless := graph.Ask{Method: http.MethodPost, Harmless: true}
	for _, c := range []struct {
		ask  graph.Ask
		body string
		want fault.Kind
		in   string // of text and hint
	}{
		{harmless, `{"error":{"code":-2,"error_subcode":2207003}}`, fault.Unavailable, "fetch"},
		{harmless, `{"error":{"code":-1,"error_subcode":2207001}}`, fault.Unavailable, "order"},
		{write, `{"error":{"code":-1,"error_subcode":2207001}}`, fault.Uncertain, "order"},
		{write, `{"error":{"code":-1,"error_subcode":2207032}}`, fault.Uncertain, ""},
		{write, `{"error":{"code":4,"error_subcode":2207051}}`, fault.Denied, "spam"},
		{write, `{"error":{"code":9,"error_subcode":2207042}}`, fault.Throttled, "today"},
		{write, `{"error":{"code":25,"error_subcode":2207050}}`, fault.Denied, "restricted"},
		{harmless, `{"error":{"code":36000,"error_subcode":2207004}}`, fault.Invalid, "8 MB"},
		{harmless, `{"error":{"code":36001,"error_subcode":2207005}}`, fault.Invalid, "JPEG"},
		{harmless, `{"error":{"code":36003,"error_subcode":2207009}}`, fault.Invalid, "1.91"},
		{harmless, `{"error":{"code":36004,"error_subcode":2207010}}`, fault.Invalid, "too long"},
		{harmless, `{"error":{"code":100,"error_subcode":2207040}}`, fault.Invalid, "mentions"},
		{harmless, `{"error":{"code":100,"error_subcode":2207028}}`, fault.Invalid, "carousel"},
		{harmless, `{"error":{"code":9004,"error_subcode":2207052}}`, fault.Invalid, "reached from outside"},
		{harmless, `{"error":{"code":352,"error_subcode":2207026}}`, fault.Invalid, "H.264"},
		{write, `{"error":{"code":190,"error_subcode":463}}`, fault.Denied, "expired"},
		{write, `{"error":{"code":10,"message":"requires instagram_content_publish"}}`, fault.Denied, "instagram_content_publish"},
		{write, `{"error":{"code":10,"error_subcode":2534022}}`, fault.Invalid, "24 hours"},
		{write, `{"error":{"code":10903}}`, fault.Invalid, "seven days"},
		{write, `{"error":{"code":613}}`, fault.Throttled, ""},
		{write, `{"error":{"code":100,"error_subcode":33}}`, fault.NotFound, ""},
	} {
		err := refuse(400, c.body, nil, c.ask)
		text, hint := fault.Shown(err)
		if !fault.Is(err, c.want) || !strings.Contains(text+" "+hint, c.in) || text == "" {
			t.Errorf("%s: %v; %q %q", c.body, err, text, hint)
		}
	}
	if after := fault.After(refuse(400, `{"error":{"code":9,"error_subcode":2207042}}`, nil, write)); after != time.Hour {
		t.Errorf("when there are no more posts today, wait %v", after)
	}
	for status, in := range map[string]string{"Error: Media upload has failed with error code 2207026": "H.264", "Error: 2207009": "1.91", "": "again"} {
		_, err := state{}.verdict(status)
		if text, hint := fault.Shown(err); !strings.Contains(text+hint, in) {
			t.Errorf("%q: %q %q", status, text, hint)
		}
	}
	late := "Error: Media upload has failed with error code 2207052"
	if did, err := (state{}).verdict(late); err != nil || did.Step.Name != network.Begun || did.Wait <= 0 {
		t.Errorf("a video that could not be fetched: %+v, %v", did, err)
	}
	if _, err := (state{Fetches: fetchesMost}).verdict(late); !fault.Is(err, fault.Invalid) {
		t.Errorf("a video that can never be fetched: %v", err)
	}
	if body := recorded(t)["error.json"]; body != nil {
		if err := refuse(400, string(body), nil, graph.Ask{}); err == nil || fault.Is(err, fault.Internal) {
			t.Errorf("%v", err)
		}
	}
}
