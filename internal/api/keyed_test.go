package api_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
)

// keyless are the writes that take no Idempotency-Key, and why.
func keyless() map[string]string {
	const nobody, nothing, tus, stage = "keys are somebody's, and nobody is signed in", "it changes nothing", "tus says at which byte one goes on", "the stage is played with, and nothing of it stays"
	return map[string]string{
		"signIn": nobody, "setUp": nobody, "acceptInvitation": nobody, "forgotPassword": nobody, "resetPassword": nobody,
		"signOut": "who has signed out has no keys", "changePassword": "the former password opens nothing a second time",
		"checkPost": nothing, "checkReply": nothing,
		"beginUpload": tus, "continueUpload": tus, "stopUpload": tus,
		"setStageClock": stage, "addMishap": stage, "setWeather": stage, "clearWeather": stage, "removeMishap": stage, "talk": stage, "startScenario": stage, "stopScenario": stage, "stopScenarios": stage,
	}
}

func TestEveryWriteTakesAnIdempotencyKey(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	without := keyless()
	for _, e := range p.endpoints() {
		why, excused := without[e.name]
		switch reads := e.method == "GET" || e.method == "HEAD"; {
		case reads && e.key:
			t.Errorf("%s %s changes nothing and declares an Idempotency-Key", e.method, e.path)
		case !reads && e.key == excused:
			t.Errorf("%s %s declares an Idempotency-Key: %v, and in the table: %q", e.method, e.path, e.key, why)
		}
		delete(without, e.name)
	}
	if len(without) > 0 {
		t.Errorf("no such writes: %v", without)
	}
}

// Every write that succeeds is sent again with its key: nothing changes a second time and
// the answer is the first one, but where it held what is shown only once. With the same
// key and another body it is refused.
func TestAnIdempotencyKeyIsHonoured(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	number := p.stocked()
	eve := p.team("eve@example.org")
	ours := p.shelf(eve.by, "Abcdefg")
	p.writesUs(eve.by, ours, number, "AbcdefgToo")
	ours["colleague:members"] = p.joins(eve, "bob@example.org", "analyst", nil).by.User
	ours["members"] = ours["colleague:members"]
	cookie := p.signIn(eve)
	all := slices.DeleteFunc(p.endpoints(), func(e endpoint) bool { return !e.key })
	slices.SortStableFunc(all, func(a, b endpoint) int { // what takes things away comes last
		last := map[bool]int{true: 1}
		return last[a.method == "DELETE"] - last[b.method == "DELETE"]
	})
	var done []string
	for _, e := range all {
		g, _ := e.goodFor()
		if e.name == "addDevice" {
			g.body = `{"endpoint":"https://push.test/one","p256dh":"BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM","auth":"tBHItJI5svbpez7KI4CCXg"}`
		}
		g.body = strings.Replace(g.body, `"revision":0`, `"revision":1`, 1)
		send := func() said {
			return p.try(e, g, ours, nil, false, "Cookie", cookie, "Idempotency-Key", "key of "+e.name)
		}
		one := send()
		if one.StatusCode >= 300 {
			continue // its network does not answer, or it is refused: there is no effect to repeat
		}
		done = append(done, e.name)
		before := p.rows()
		again := send()
		once := bytes.Contains(again.body, []byte("shown only once"))
		if string(again.body) != string(one.body) && !once || again.StatusCode != one.StatusCode && !once {
			t.Errorf("%s %s: %s %s, and the first answer was %s %s", e.method, e.path, again.Status, again.body, one.Status, one.body)
		}
		if diff := changed(before, p.rows()); len(diff) > 0 {
			t.Errorf("%s %s has an effect twice:\n%s", e.method, e.path, strings.Join(diff, "\n"))
		}
	}
	if len(done) < 35 {
		t.Errorf("only %d were tried: %s", len(done), done)
	}
}

// A file that is sent again with its key is there once, whatever the borders of the form;
// another file with the same key is refused, and leaves nothing behind.
func TestAFileIsUploadedOnceWithItsKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := open(t, db)
		ada := p.team("ada@example.org")
		send := func(alt, key string) said {
			body, kind := form(t, map[string]string{"alt": alt}, picture(t))
			return p.with(ada, "POST", "/media", body, "Content-Type", kind, "Idempotency-Key", key)
		}
		blobs := func() (n int) {
			for _, err := range p.house.Blobs.All(t.Context()) {
				p.must(err)
				n++
			}
			return n
		}
		one := ok[api.Media](t, send("A beach", "one"))
		for range 2 {
			if again := ok[api.Media](t, send("A beach", "one")); again != one {
				t.Errorf("%+v, and the first was %+v", again, one)
			}
		}
		if told := refused(t, send("A wood", "one"), 409, "conflict"); told.Field != "Idempotency-Key" {
			t.Errorf("%+v", told)
		}
		if n := blobs(); n != 1 {
			t.Errorf("%d files are kept", n)
		}
		if two := ok[api.Media](t, send("A beach", "two")); two.ID == one.ID {
			t.Error("another key is another file")
		}
		together := make(chan said, 4)
		for range cap(together) {
			go func() { together <- send("A hill", "three") }()
		}
		ids := map[string]bool{}
		for range cap(together) {
			if s := <-together; s.StatusCode == 200 {
				ids[ok[api.Media](t, s).ID] = true
			}
		}
		if n := blobs(); len(ids) != 1 || n != 3 {
			t.Errorf("at once: %v, and %d files are kept", ids, n)
		}

		text := func(words string) said {
			body, kind := form(t, nil, fmt.Appendf(nil, "1\n00:00:01,000 --> 00:00:02,000\n%s\n", words))
			return p.with(ada, "PUT", "/media/"+one.ID+"/subtitles/fr", body, "Content-Type", kind, "Idempotency-Key", "four")
		}
		refused(t, text("Bonjour"), 422, "invalid") // of a picture; and a refusal is not remembered
		p.do(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "update media set type = 'video/mp4', millis = 3000 where id = $1", one.ID)
			return err
		})
		first := ok[api.Subtitles](t, text("Bonjour"))
		before := p.rows()
		if again := ok[api.Subtitles](t, text("Bonjour")); again != first {
			t.Errorf("%+v, and the first was %+v", again, first)
		}
		refused(t, text("Bonsoir"), 409, "conflict")
		if all := changed(before, p.rows()); len(all) > 0 {
			t.Errorf("%s", all)
		}
	})
}
