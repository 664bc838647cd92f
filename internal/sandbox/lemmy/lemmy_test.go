package lemmy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

type world struct {
	t     *testing.T
	stage *sandbox.Stage
	n     *Network
	us    Credentials
	url   string
	token string
}

func open(t *testing.T, o Options) *world {
	t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 7, Frozen: true, Start: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)})
	n := New(stage, o)
	w := &world{t: t, stage: stage, n: n, us: n.Account("maison", "Maison")}
	server := httptest.NewServer(n.Handler())
	t.Cleanup(func() { stage.Close(); server.Close() })
	w.url = server.URL
	_, got := w.ask(http.MethodPost, "/user/login", object{"username_or_email": "maison", "password": w.us.Password})
	w.token, _ = got["jwt"].(string)
	return w
}

// ask makes a call and gives the status and the answer; what is no JSON stands
// under "plain".
func (w *world) ask(method, path string, body any) (int, object) {
	w.t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case string:
		data = []byte(b)
	default:
		data, _ = json.Marshal(b) // an object of ours
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+"/api/v3"+path, bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, object{}
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	got := object{}
	if json.Unmarshal(said, &got) != nil {
		got = object{"plain": string(said)}
	}
	return answer.StatusCode, got
}

func (w *world) post(name string) int64 {
	w.t.Helper()
	status, got := w.ask(http.MethodPost, "/post", `{"name":"`+name+`","community_id":`+w.us.Community+`}`)
	if status != http.StatusOK {
		w.t.Fatalf("%d %v", status, got)
	}
	return int64(at(got, "post_view", "post", "id").(float64))
}

func at(v any, path ...string) any {
	for _, name := range path {
		inner, _ := v.(object)
		v = inner[name]
	}
	return v
}

func TestBodiesAreReadAsStrictlyAsOnTheServer(t *testing.T) {
	w := open(t, Options{Posts: 100})
	for body, want := range map[string]string{
		`{"name":"A post"}`: "missing field `community_id`", `{"name":7,"community_id":` + w.us.Community + `}`: "deserialize", `{`: "deserialize",
		`{"name":"A post","community_id":"` + w.us.Community + `"}`: "deserialize",
	} {
		if status, got := w.ask(http.MethodPost, "/post", body); status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(got["plain"]), want) {
			t.Errorf("%s: %d %v", body, status, got)
		}
	}
	for path, word := range map[string]string{"/comment/list?limit=51": "couldnt_get_posts", "/user?person_id=1": "not_found", "/post?id=7": "couldnt_find_post"} {
		if _, got := w.ask(http.MethodGet, path, nil); got["error"] != word {
			t.Errorf("%s: %v", path, got)
		}
	}
	if status, got := w.ask(http.MethodGet, "/comment/list?limit=many", nil); status != http.StatusBadRequest || got["plain"] == nil {
		t.Errorf("%d %v", status, got)
	}
	if status, _ := w.ask(http.MethodGet, "/nowhere", nil); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestPostsAreCountedByTheWindow(t *testing.T) {
	w := open(t, Options{})
	for i := range 6 {
		w.post(fmt.Sprint("Post ", i))
	}
	if status, got := w.ask(http.MethodPost, "/post", `{"name":"One more","community_id":`+w.us.Community+`}`); status != http.StatusBadRequest || got["error"] != "rate_limit_error" {
		t.Errorf("%d %v", status, got)
	}
	w.stage.Clock.Advance(10 * time.Minute)
	w.post("And on")
}

func TestASessionThatEndedIsNobodys(t *testing.T) {
	w := open(t, Options{})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.TokenRevoked, Times: 1})
	if _, got := w.ask(http.MethodGet, "/site", nil); got["my_user"] != nil || got["version"] == nil {
		t.Errorf("%v", got)
	}
	if status, got := w.ask(http.MethodGet, "/user/replies", nil); status != http.StatusUnauthorized || got["error"] != "incorrect_login" {
		t.Errorf("%d %v", status, got)
	}
}

func TestWhatIsTakenAwayStaysWithoutItsWords(t *testing.T) {
	w := open(t, Options{})
	id := w.post("Say something")
	say := func(person string) string {
		done, err := w.stage.Scripts.Do(sandbox.Act{Network: "lemmy", Kind: "comment", Target: "post/" + key(id), Text: "words", Person: person})
		if err != nil {
			t.Fatal(err)
		}
		return done.ID
	}
	deleted, removed := say("p001"), say("p002")
	if _, err := w.stage.Scripts.Do(sandbox.Act{Network: "lemmy", Kind: "remove", Target: deleted, Person: "p001"}); err != nil {
		t.Fatal(err)
	}
	if err := w.n.Moderate(removed, true); err != nil {
		t.Fatal(err)
	}
	words := func() map[string]any {
		_, got := w.ask(http.MethodGet, "/comment/list?post_id="+key(id), nil)
		said := map[string]any{}
		for _, one := range got["comments"].([]any) {
			said["comment/"+key(int64(at(one, "comment", "id").(float64)))] = at(one, "comment", "content")
		}
		return said
	}
	if said := words(); len(said) != 2 || said[deleted] != "" || said[removed] != "words" { // moderators read what was removed
		t.Errorf("%v", said)
	}
	w.token = ""
	if said := words(); said[removed] != "" {
		t.Errorf("strangers read %v", said)
	}
}

func TestAnEarlierTwinAndAListingThatIsLate(t *testing.T) {
	w := open(t, Options{})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.EarlierTwin, Action: sandbox.Publish, Times: 1})
	w.stage.Weather.Must(sandbox.Mishap{Kind: sandbox.ListedLate, Action: sandbox.Publish, Times: 1})
	id := w.post("Good morning")
	listed := func() int {
		_, got := w.ask(http.MethodGet, "/user?sort=New&person_id="+w.us.ID, nil)
		return len(got["posts"].([]any))
	}
	if n := listed(); n != 1 {
		t.Errorf("%d are listed, and it should be the twin alone", n)
	}
	if status, _ := w.ask(http.MethodGet, "/post?id="+key(id), nil); status != http.StatusOK {
		t.Errorf("by its number it is there at once, and it is %d", status)
	}
	w.stage.Clock.Advance(2 * time.Minute)
	if n := listed(); n != 2 {
		t.Errorf("%d are listed", n)
	}
}

func TestRefusalsOfTheServerAndOfItsProxy(t *testing.T) {
	w := open(t, Options{})
	seconds := 9
	for _, c := range []struct {
		m      sandbox.Mishap
		status int
		word   any
	}{
		{sandbox.Mishap{Kind: sandbox.Throttled}, http.StatusBadRequest, "rate_limit_error"},
		{sandbox.Mishap{Kind: sandbox.Throttled, RetryAfterS: &seconds}, http.StatusTooManyRequests, nil},
		{sandbox.Mishap{Kind: sandbox.ServerError, Status: 502}, http.StatusBadGateway, nil},
	} {
		c.m.Action, c.m.Times = sandbox.Publish, 1
		w.stage.Weather.Must(c.m)
		status, got := w.ask(http.MethodPost, "/post", `{"name":"A post","community_id":`+w.us.Community+`}`)
		if status != c.status || got["error"] != c.word {
			t.Errorf("%s: %d %v", c.m.Kind, status, got)
		}
	}
}

func TestImagesAreLookedAt(t *testing.T) {
	w := open(t, Options{})
	for data, want := range map[string]int{
		"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;": http.StatusCreated,
		"no image": http.StatusBadRequest, strings.Repeat("x", imageMost+1): http.StatusRequestEntityTooLarge,
	} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("images[]", "a.png")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, data)
		form.Close()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/pictrs/image", &body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Authorization", "Bearer "+w.token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%.20q: %d", data, answer.StatusCode)
		}
	}
}
