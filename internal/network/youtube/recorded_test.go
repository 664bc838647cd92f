package youtube

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/outward"
)

// recorded are real answers of YouTube, by their path; none where they are not at
// hand.
func recorded(tb testing.TB) map[string][]byte {
	tb.Helper()
	root := os.Getenv("KITH_SPECS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	root = filepath.Join(root, "recorded", "youtube-python-youtube")
	all := map[string][]byte{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		all[strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(path, root)), "/")] = data
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		tb.Fatal(err)
	}
	return all
}

func pretend() *reading {
	r := &reading{Driver: New(nil, Options{}), conn: network.Conn{Account: "UCa-vrCLQHviTOVnEKDOdetQ"}, c: readCursor(""), told: map[string]bool{}}
	r.floor = time.Date(2006, 1, 1, 0, 0, 0, 0, time.UTC)
	return r
}

// decoded decodes what was told and holds it against what is promised.
func (r *reading) decoded(tb testing.TB) (all []network.Event) {
	tb.Helper()
	for _, raw := range r.events {
		if raw.Person == "" || raw.Key == "" || raw.At.IsZero() {
			tb.Errorf("raw %+v", raw)
		}
		events, err := r.Decode(r.conn, raw)
		if err != nil || len(events) != 1 {
			tb.Fatalf("%s: %v", raw.Body, err)
		}
		if err := networktest.Sound(events); err != nil {
			tb.Error(err)
		}
		all = append(all, events...)
	}
	return all
}

// feed feeds a page of threads or comments, as it came, to the reading.
func (r *reading) feed(tb testing.TB, body []byte) (n int) {
	tb.Helper()
	var kind struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(body, &kind) != nil {
		return 0
	}
	switch kind.Kind {
	case "youtube#commentThreadListResponse":
		var got list[thread]
		if err := json.Unmarshal(body, &got); err != nil {
			tb.Fatal(err)
		}
		for _, t := range got.Items {
			r.comment(t.Snippet.Video, t.Snippet.Top)
			for _, c := range t.Replies.Comments {
				r.comment(t.Snippet.Video, c)
			}
		}
		return len(got.Items)
	case "youtube#commentListResponse":
		var got list[comment]
		if err := json.Unmarshal(body, &got); err != nil {
			tb.Fatal(err)
		}
		for _, c := range got.Items {
			r.comment("", c)
		}
		return len(got.Items)
	case "youtube#comment": // what answers an answer of ours
		var c comment
		if err := json.Unmarshal(body, &c); err != nil || !commentID.MatchString(c.ID) {
			tb.Fatal(err)
		}
		r.comment("", c)
		return 1
	case "youtube#commentThread":
		var t thread
		if err := json.Unmarshal(body, &t); err != nil || !commentID.MatchString(t.Snippet.Top.ID) {
			tb.Fatal(err)
		}
		r.comment(t.Snippet.Video, t.Snippet.Top)
		return 1
	}
	return 0
}

func TestRecordedCommentsAreUnderstood(t *testing.T) {
	all := recorded(t)
	if len(all) == 0 {
		t.Skip("no recorded answers at recorded/youtube-python-youtube (set KITH_SPECS)")
	}
	comments, answers, ours, faceless := 0, 0, 0, 0
	for name, body := range all {
		r := pretend()
		n := r.feed(t, body)
		events := r.decoded(t)
		if len(events) < n {
			t.Errorf("%s: of %d, %d were understood", name, n, len(events))
		}
		for _, e := range events {
			comments++
			switch {
			case e.Kind == network.Ours:
				ours++
			case e.Kind != network.Comment && e.Kind != network.Edited:
				t.Errorf("%s: %+v", name, e)
			}
			if e.Parent != "" && e.Parent != e.Post {
				answers++
				if !strings.HasPrefix(e.ID, e.Parent+".") {
					t.Errorf("%s: %s answers %s", name, e.ID, e.Parent)
				}
			}
			if e.Author.ID == "" {
				faceless++
			}
			if e.Text == "" || e.Author.Name == "" || e.Author.AvatarURL == "" || e.Thread == "" {
				t.Errorf("%s: something is missing: %+v", name, e)
			}
			if strings.Contains(e.Text, "<br") || strings.Contains(e.Text, "&amp;") {
				t.Errorf("%s: not plain: %q", name, e.Text)
			}
		}
	}
	t.Logf("%d comments, %d answers, %d of ours, %d without an author", comments, answers, ours, faceless)
	if comments < 30 || answers == 0 || ours == 0 {
		t.Errorf("%d comments, %d answers, %d of ours", comments, answers, ours)
	}
}

func TestRecordedVideosAndChannelsAreUnderstood(t *testing.T) {
	all := recorded(t)
	if len(all) == 0 {
		t.Skip("no recorded answers at recorded/youtube-python-youtube (set KITH_SPECS)")
	}
	videos, channels, uploaded := 0, 0, 0
	for name, body := range all {
		var kind struct {
			Kind string `json:"kind"`
		}
		_ = json.Unmarshal(body, &kind) // what is none has no kind
		switch kind.Kind {
		case "youtube#videoListResponse":
			var got list[video]
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, v := range got.Items {
				videos++
				if !videoID.MatchString(v.ID) || moment(v.Snippet.Published).IsZero() && v.Snippet.Title != "" {
					t.Errorf("%s: %+v", name, v)
				}
			}
		case "youtube#video":
			at, err := New(nil, Options{}).hear(&outward.Response{Status: 201, Body: body})
			if err != nil || !videoID.MatchString(at.video) {
				t.Errorf("%s: what an upload ends with is not understood: %v", name, err)
			}
		case "youtube#channelListResponse":
			var got list[channel]
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, c := range got.Items {
				channels++
				if !channelID.MatchString(c.ID) || c.Snippet.Title == "" || c.Snippet.Thumbnails.url() == "" || c.handle() == "" {
					t.Errorf("%s: %+v", name, c)
				}
			}
		case "youtube#playlistItemListResponse":
			var got list[upload]
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, u := range got.Items {
				uploaded++
				if u.id() == "" || moment(u.Snippet.Published).IsZero() {
					t.Errorf("%s: %+v", name, u)
				}
			}
		}
	}
	if videos < 5 || channels < 3 || uploaded < 5 {
		t.Errorf("%d videos, %d channels, %d in playlists", videos, channels, uploaded)
	}
}

func TestRecordedRefusalsAndKeysAreUnderstood(t *testing.T) {
	all := recorded(t)
	if len(all) == 0 {
		t.Skip("no recorded answers at recorded/youtube-python-youtube (set KITH_SPECS)")
	}
	d := New(nil, Options{})
	for name, want := range map[string]struct {
		status int
		kind   fault.Kind
		reason string
	}{
		"error_response.json":                {400, fault.Invalid, "keyInvalid"},
		"apidata/error_permission_resp.json": {403, fault.Denied, "SERVICE_UNAVAILABLE"},
	} {
		err := d.failed(ask{method: "PUT"}, &outward.Response{Status: want.status, Body: all[name]})
		if !fault.Is(err, want.kind) || readRefusal(want.status, all[name]).reason != want.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"apidata/access_token.json", "modeldata/users/access_token.json"} {
		var said struct {
			Scope json.RawMessage `json:"scope"`
		}
		if json.Unmarshal(all[name], &said) != nil || !strings.Contains(scopes(said.Scope), "https://www.googleapis.com/auth/youtube") {
			t.Errorf("%s: scopes %s", name, said.Scope)
		}
	}
	if n := pretend().feed(t, all["apidata/comment_threads/comment_threads_all_to_me.json"]); n != 4 {
		t.Errorf("%d threads", n)
	}
}
