package facebook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kithhq/kith/internal/sandbox"
)

// crowd opens a Facebook with many Pages and a client that keeps its connections.
func crowd(tb testing.TB, pages int) (*sandbox.Stage, *Network, []Page, *httptest.Server, *http.Client) {
	tb.Helper()
	s := sandbox.New(sandbox.Options{})
	n := New(s, Options{})
	all := make([]Page, pages)
	for i := range all {
		all[i] = n.AddPage("Page " + strconv.Itoa(i))
	}
	server := httptest.NewServer(n.Handler())
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = pages
	tb.Cleanup(server.Close)
	tb.Cleanup(s.Close)
	return s, n, all, server, client
}

func publishAt(tb testing.TB, client *http.Client, server *httptest.Server, p Page, text string) {
	res, err := client.PostForm(server.URL+"/v25.0/"+p.ID+"/feed", url.Values{"access_token": {p.Token}, "message": {text}})
	if err != nil {
		tb.Error(err)
		return
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 200 {
		tb.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestAHundredPagesArePublishedToAtOnce(t *testing.T) {
	s, _, pages, server, client := crowd(t, 100)
	s.Weather.Must(sandbox.Mishap{Kind: sandbox.Latency, DelayMS: 5})
	var all sync.WaitGroup
	for _, p := range pages {
		all.Go(func() {
			for i := range 10 {
				publishAt(t, client, server, p, p.ID+" #"+strconv.Itoa(i))
			}
		})
	}
	all.Wait()
	entries := s.Ledger.Entries(sandbox.Filter{Action: sandbox.Publish})
	last := map[string]int{}
	for _, e := range entries {
		_, number, _ := strings.Cut(e.Text, "#")
		i, _ := strconv.Atoi(number)
		if i != last[e.Account] {
			t.Errorf("%s: %d after %d", e.Account, i, last[e.Account])
		}
		last[e.Account] = i + 1
	}
	if len(entries) != 1000 {
		t.Errorf("%d posts", len(entries))
	}
}

func BenchmarkPublish(b *testing.B) {
	_, _, pages, server, client := crowd(b, 100)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			publishAt(b, client, server, pages[i%100], "post")
		}
	})
}

func BenchmarkHandler(b *testing.B) {
	_, n, pages, _, _ := crowd(b, 100)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := pages[i%100]
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/v25.0/"+p.ID+"/feed", strings.NewReader("message=post&access_token="+p.Token))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		n.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
}
