package tiktok_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/networktest"
	"github.com/kithhq/kith/internal/network/tiktok"
	"github.com/kithhq/kith/internal/outward"
	pretended "github.com/kithhq/kith/internal/sandbox/tiktok"
	"github.com/kithhq/kith/internal/secret"
)

func listen(t *testing.T, hear func(*http.Request, []byte) int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.WriteHeader(hear(r, body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func sound(t *testing.T, d *tiktok.Driver, raw network.Raw) {
	t.Helper()
	conn := network.Conn{Account: "-0001", Handle: "librairie.h"}
	for _, e := range networktest.Decoded(t, d, conn, raw) {
		if len(e.Text) > 8<<10 || len(e.ID) > 64 || len(e.Thread) > 128 || len(e.Author.ID) > 256 {
			t.Fatalf("%d bytes of text, %d of id, %d of a person's", len(e.Text), len(e.ID), len(e.Author.ID))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"id":"7","post":"8","at":1763900000,"who":"+A/==","handle":"ami","name":"Ami","text":"hé","image":"https://x.example/y"}`, `{"post":"8","at":1}`,
		`{"id":"7","top":"6","post":"8","at":1,"hidden":true}`, `{"id":"7","top":"6","post":"8","at":1,"told":"set_to_public"}`, `{"id":"7","post":"8","at":1,"told":"insert"}`, `{"id":"7","post":"8","at":1,"ours":true,"avatar":"http://x"}`, `{}`, `null`} {
		f.Add([]byte(s))
	}
	d := tiktok.New(nil, tiktok.Options{})
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, d, network.Raw{Body: body}) })
}

func FuzzSplit(f *testing.F) {
	_, body, _ := hook(nil, time.Now())
	f.Add(body)
	for _, body := range told() {
		f.Add(body)
	}
	for _, s := range []string{`{"event":"authorization.removed","create_time":1,"user_openid":"a","content":"{\"reason\":1}"}`, `{"event":7}`, `[]`,
		`{"event":"post.publish.publicly_available","create_time":1763900000,"user_openid":"a","content":"{\"post_id\":\"7\"}"}`,
		`{"event":"post.publish.publicly_available","create_time":1763900000,"user_openid":"a","content":"{\"post_id\":1e3}"}`} {
		f.Add([]byte(s))
	}
	d := tiktok.New(nil, tiktok.Options{})
	f.Fuzz(func(t *testing.T, body []byte) {
		all := networktest.Apart(t, d, network.Conn{Account: "-0001", Handle: "librairie.h"}, body)
		if len(all) > 1 {
			t.Fatalf("several of one: %+v", all)
		}
		for _, raw := range all {
			if raw.At.IsZero() || len(raw.Body) > 1<<10 {
				t.Fatalf("%+v", raw)
			}
			sound(t, d, raw)
		}
	})
}

func FuzzVerify(f *testing.F) {
	now := time.Unix(1763900000, 0)
	good := []byte(`{"event":"x"}`)
	f.Add(pretended.Sign("k", now, good), good)
	f.Add("t=1763900000,s=", good)
	f.Add("s=00,t=9223372036854775807", good)
	f.Add("t=-1,,s==", good)
	d := tiktok.New(nil, tiktok.Options{Now: func() time.Time { return now }})
	f.Fuzz(func(t *testing.T, field string, body []byte) {
		if d.Verify(http.Header{"Tiktok-Signature": {field}}, body, "k") != nil {
			return
		}
		// Whatever is taken was signed by who knows the key.
		stamp := strings.TrimSpace(field[strings.LastIndex(field, "t=")+2:])
		stamp, _, _ = strings.Cut(stamp, ",")
		for s := now.Unix() - 300; s <= now.Unix()+300; s++ {
			signed := pretended.Sign("k", time.Unix(s, 0), body)
			if strings.Contains(strings.ToLower(field), signed[strings.Index(signed, "s=")+2:]) && strings.Contains(signed, "t="+strings.TrimLeft(stamp, "+0")+",") {
				return
			}
		}
		t.Fatalf("%q is taken", field)
	})
}

// says reports whether a text of this name stands in JSON, however it is written: readers of JSON
// in Go take “sTatus” and “\u0073tatus” for “status”.
func says(body []byte, name string) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if s, is := token.(string); is && strings.EqualFold(s, name) {
			return true
		}
	}
}

// Whatever TikTok answers, nothing breaks, and nothing is proved by what was not
// understood.
func FuzzAnswers(f *testing.F) {
	for _, c := range calls(f) {
		f.Add([]byte(c.Example.Answer))
	}
	f.Add([]byte(`{"data":{"status":"PUBLISH_COMPLETE","publicaly_available_post_id":[7412345678901234567]},"error":{"code":"ok"}}`)) //nolint:misspell // its own spelling
	f.Add([]byte(`{"code":0,"data":{"comments":[{"comment_id":7,"create_time":"1763900000","replies":9,"reply_list":[null]}],"has_more":true,"cursor":1}}`))
	body := []byte("{}")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	f.Cleanup(server.Close)
	out, err := outward.New(outward.Options{Allow: []string{"127.0.0.1"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(out.Close)
	d := tiktok.New(out, tiktok.Options{Base: server.URL})
	conn := network.Conn{Account: "a", Handle: "h", Keys: secret.Text(`{"access":"act.x","business":{"id":"b","access":"act.y"}}`)}
	m := networktest.Clip(2000, 5, 720, 1280, "")
	part := network.Part{Text: "x", Media: []network.Media{m}, Options: map[string]string{"privacy": "PUBLIC_TO_EVERYONE"}}
	f.Fuzz(func(t *testing.T, answer []byte) {
		body = answer
		for _, name := range []string{network.Begun, "prepare", "resume", "process"} {
			part.Step = network.Step{Name: name, State: json.RawMessage(`{"publish":"v.1","chunk":2000,"until":9999999999}`), Total: 2000}
			if did, err := d.Step(t.Context(), conn, part); err == nil && (did.Sent != nil || did.Step.Name == "" || did.Step.Public && name == network.Begun) {
				t.Fatalf("%s gives %+v", name, did)
			}
		}
		look, err := d.Find(t.Context(), conn, part, time.Time{})
		if err == nil && (look.Exact != nil || look.Keyed) && !says(answer, "status") {
			t.Fatalf("%s proves %+v", answer, look)
		}
		got, err := d.Read(t.Context(), conn, `{"from":1,"began":2,"posts":["7"]}`)
		for _, raw := range got.Events {
			sound(t, d, raw)
		}
		if err == nil && got.Next == "" {
			t.Fatal("no cursor")
		}
		counts, _ := d.Measure(t.Context(), conn, []network.Ref{{ID: "7"}})
		for _, c := range counts {
			for name, n := range c {
				if n < 0 {
					t.Fatalf("%s is %d", name, n)
				}
			}
		}
		_, _, _ = d.Check(t.Context(), conn)
	})
}
