package flow_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/flow"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/whatsapp"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/stream"
	"github.com/kithhq/kith/internal/team"
)

// numbers is a house that listens to numbers on WhatsApp: 106 and 107 of one business
// account, of which another workspace has 108, and 109 of another one.
type numbers struct {
	*flow.House
	driver   *whatsapp.Driver
	channels map[string]channel.Channel
}

func newNumbers(t *testing.T, db *store.DB, news *stream.News) *numbers {
	t.Helper()
	out, keys := outside(t, db)
	driver := whatsapp.New(out, whatsapp.Options{})
	n := &numbers{driver: driver, channels: map[string]channel.Channel{}, House: &flow.House{DB: db, Networks: network.NewSet(driver), Keys: keys, News: news}}
	workspaces := map[string]string{}
	storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []string{"w", "x"} {
			w, err := team.Begin(ctx, tx, name, "Europe/Paris", "fr")
			if err != nil {
				return err
			}
			workspaces[name] = w.ID
		}
		return nil
	})
	for _, one := range []struct{ number, workspace, account string }{{"106", "w", "102"}, {"107", "w", "102"}, {"108", "x", "102"}, {"109", "w", "103"}} {
		storetest.Do(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
			n.channels[one.number], err = channel.Connect(ctx, tx, keys, workspaces[one.workspace], "whatsapp", network.Account{Base: "https://graph.test", ID: one.number,
				Handle: "+1 555 0" + one.number, Keys: "{}", Granted: network.Granted{Alias: one.account}})
			return err
		})
	}
	return n
}

// announced is the body of a webhook of the account 102, of some seconds after noon.
func announced(second int, field, value string) []byte {
	return fmt.Appendf(nil, `{"object":"whatsapp_business_account","entry":[{"id":"102","time":%d,"changes":[{"field":"%s","value":%s}]}]}`, noon().Unix()+int64(second), field, value)
}

func template(second int, name, event, more string) []byte {
	return announced(second, "message_template_status_update", fmt.Sprintf(`{"event":"%s","message_template_id":1,"message_template_name":"%s","message_template_language":"fr"%s}`, event, name, more))
}

// facts splits a body as the door does: what is of an account is of each of its numbers.
func (n *numbers) facts(t *testing.T, bodies ...[]byte) (all []stream.Fact) {
	t.Helper()
	for _, body := range bodies {
		raws, err := n.driver.Split(body)
		if err != nil || len(raws) == 0 {
			t.Fatalf("%s: %d facts, %v", body, len(raws), err)
		}
		for _, raw := range raws {
			storetest.View(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
				found, err := channel.Remote(ctx, tx, "whatsapp", raw.Account)
				for _, c := range found {
					all = append(all, stream.Fact{Workspace: c.Workspace, Channel: c.ID, Person: raw.Person, Kind: "whatsapp", Key: c.ID + " " + raw.Key, At: raw.At, Body: raw.Body})
				}
				return err
			})
		}
	}
	return all
}

func (n *numbers) apply(t *testing.T, facts []stream.Fact) {
	t.Helper()
	apply, err := n.Receive(t.Context(), facts)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Do(t, n.DB, apply)
}

// says gives what people are told of a number: the kind of each alert with its template,
// and its words.
func (n *numbers) says(t *testing.T, number string) map[string]string {
	t.Helper()
	all := map[string]string{}
	c := n.channels[number]
	storetest.View(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
		k, err := n.Condition(ctx, tx, access.Actor{Workspace: c.Workspace, User: "u", Role: access.Owner}, c.ID)
		for _, a := range k.Alerts {
			if strings.HasPrefix(a.Key, "account_") || strings.HasPrefix(a.Key, "template_") {
				name, _ := a.Params["template"].(string)
				key := strings.TrimSpace(a.Key + " " + name)
				all[key] = strings.TrimPrefix(all[key]+"; "+fmt.Sprint(a.Params["text"]), "; ")
				if a.Bad != strings.HasSuffix(a.Key, "_barred") || a.Mend != "look" {
					t.Errorf("%s: %+v", number, a)
				}
			}
		}
		return err
	})
	return all
}

// looks gives the numbers of which the network is asked at once how they are.
func (n *numbers) looks(t *testing.T) (all []string) {
	t.Helper()
	storetest.View(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
		due, err := store.All[string](ctx, tx, "select key from job where kind = 'check' and state = 'open' and due_at <= $1", tx.Now)
		for number, c := range n.channels {
			if slices.Contains(due, c.ID) {
				all = append(all, number)
			}
		}
		return err
	})
	slices.Sort(all)
	return all
}

// is compares what people are told with words that must be in it; nothing else may be said.
func is(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	good := len(got) == len(want)
	for key, words := range want {
		good = good && got[key] != "" && strings.Contains(got[key], words)
	}
	if !good {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func eachDB(t *testing.T, test func(t *testing.T, open func() *numbers)) {
	t.Helper()
	for engine, db := range map[string]func(t testing.TB, options ...store.Option) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			facts, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(facts.Close)
			test(t, func() *numbers { return newNumbers(t, db(t, store.WithNow(noon)), facts.News()) })
		})
	}
}

// What WhatsApp tells of a business account is said at each of its numbers, in every
// workspace, and at none of another account; what names one number is said at that one. The
// network is then asked how each of them is.
func TestWhatIsToldOfAnAccountReachesEachOfItsNumbers(t *testing.T) {
	eachDB(t, func(t *testing.T, open func() *numbers) {
		type words = map[string]string
		for what, c := range map[string]struct {
			body []byte
			says words
		}{
			"a template is paused":           {template(1, "rencontre", "PAUSED", ""), words{"template_barred rencontre": "has paused"}},
			"it is refused":                  {template(1, "rencontre", "REJECTED", `,"reason":"PROMOTIONAL"`), words{"template_barred rencontre": "advertises"}},
			"it is taken out of use":         {template(1, "rencontre", "DISABLED", ""), words{"template_barred rencontre": "out of use"}},
			"people complain of it":          {template(1, "rencontre", "FLAGGED", ""), words{"template_warned rencontre": "complain"}},
			"it is approved":                 {template(1, "rencontre", "APPROVED", ""), words{}},
			"the account is restricted":      {restriction(1, "RESTRICTED_BIZ_INITIATED_MESSAGING", noon().Add(72*time.Hour)), words{"account_barred": "begin no conversations"}},
			"the restriction is over":        {restriction(1, "RESTRICTED_BIZ_INITIATED_MESSAGING", noon().Add(-time.Minute)), words{}},
			"it broke the rules":             {announced(1, "account_update", `{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"ADULT"}}`), words{"account_warned": "broke its rules"}},
			"it is disabled":                 {banned(1, "DISABLE"), words{"account_barred": "has disabled"}},
			"it is about to be disabled":     {banned(1, "SCHEDULE_FOR_DISABLE"), words{"account_warned": "about to disable"}},
			"it is reviewed":                 {announced(1, "account_review_update", `{"decision":"REJECTED"}`), words{"account_barred": "after a review"}},
			"it is told something in words":  {announced(1, "account_alerts", `{"entity_type":"BUSINESS","entity_id":"1","alert_info":{"alert_severity":"WARNING","alert_status":"ACTIVE","alert_type":"X","alert_description":"Use it more."}}`), words{"account_warned": "Use it more."}},
			"the first limit that is known":  {limit(1, 2000), words{}},
			"the quality of a template fell": {announced(1, "message_template_quality_update", `{"new_quality_score":"RED","message_template_name":"rencontre","message_template_language":"fr"}`), words{"template_warned rencontre": "quality is low"}},
		} {
			n := open()
			n.apply(t, n.facts(t, c.body))
			for _, number := range []string{"106", "107", "108"} {
				is(t, what+", at "+number, n.says(t, number), c.says)
			}
			is(t, what+", at a number of another account", n.says(t, "109"), words{})
			if all := n.looks(t); !slices.Equal(all, []string{"106", "107", "108"}) {
				t.Errorf("%s: it is looked after %v", what, all)
			}
		}

		n := open()
		name := announced(1, "phone_number_name_update", `{"display_phone_number":"15550107","decision":"REJECTED","requested_verified_name":"Lucky Shrub"}`)
		n.apply(t, n.facts(t, name))
		is(t, "its name is refused", n.says(t, "107"), words{"account_warned": "“Lucky Shrub”"})
		for _, number := range []string{"106", "108", "109"} {
			is(t, "the name of another number is refused, at "+number, n.says(t, number), words{})
		}
		if all := n.looks(t); !slices.Equal(all, []string{"107"}) {
			t.Errorf("the name of one is refused: it is looked after %v", all)
		}

		// What is told of a number that is removed before it is taken, or while it is, is
		// nothing, and holds nobody up.
		facts := n.facts(t, banned(2, "DISABLE"))
		apply, err := n.Receive(t.Context(), facts)
		if err != nil {
			t.Fatal(err)
		}
		later := n.facts(t, template(3, "rencontre", "PAUSED", ""))
		storetest.Do(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
			return channel.Remove(ctx, tx, n.channels["106"].Workspace, n.channels["106"].ID)
		})
		storetest.Do(t, n.DB, apply)
		n.apply(t, later)
		is(t, "another number was removed", n.says(t, "108"), words{"account_barred": "has disabled", "template_barred rencontre": "has paused"})
		storetest.View(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
			kept, err := store.One[int64](ctx, tx, "select count(*) from notice where channel_id = $1", n.channels["106"].ID)
			if err != nil || kept > 0 {
				t.Errorf("of a number that is removed %d notices are kept (%v)", kept, err)
			}
			return nil
		})
	})
}

func restriction(second int, kind string, until time.Time) []byte {
	return announced(second, "account_update", fmt.Sprintf(`{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"%s","expiration":%d}]}`, kind, until.Unix()))
}

func banned(second int, state string) []byte {
	return announced(second, "account_update", fmt.Sprintf(`{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"%s","waba_ban_date":"April 17, 2025"}}`, state))
}

func limit(second, most int) []byte {
	return announced(second, "business_capability_update", fmt.Sprintf(`{"max_daily_conversations_per_business":%d,"max_phone_numbers_per_waba":25}`, most))
}

// Notices are told several times and in any order; they end as the last of each subject
// says, whether they come one by one or together.
func TestNoticesEndAsTheLastOneSaysInWhateverOrderTheyCome(t *testing.T) {
	eachDB(t, func(t *testing.T, open func() *numbers) {
		all := [][]byte{
			template(1, "a", "PAUSED", ""), template(2, "a", "APPROVED", ""), // it came back
			template(1, "b", "APPROVED", ""), template(2, "b", "PAUSED", ""), template(3, "b", "DISABLED", ""),
			limit(2, 250), limit(3, 5000), limit(4, 2000), // lower than before all of it
			restriction(2, "RESTRICTED_BIZ_INITIATED_MESSAGING", noon().Add(-time.Second)), restriction(1, "RESTRICTED_BIZ_INITIATED_MESSAGING", noon().Add(72*time.Hour)), // it is over sooner
			restriction(3, "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", noon().Add(72*time.Hour)),
			banned(1, "DISABLE"), banned(2, "REINSTATE"),
		}
		backward := slices.Clone(all)
		slices.Reverse(backward)
		twice := append(slices.Clone(backward), all...)
		want := map[string]string{"template_barred b": "out of use", "account_barred": "answer nobody", "account_warned": "2000"}
		for name, order := range map[string][][]byte{"in order": all, "backward": backward, "backward, and all of it again": twice} {
			for _, together := range []bool{true, false} {
				n := open()
				n.apply(t, n.facts(t, limit(0, 10_000)))
				facts := n.facts(t, order...)
				if together {
					n.apply(t, facts)
				} else {
					for _, f := range facts {
						n.apply(t, []stream.Fact{f})
					}
				}
				what := fmt.Sprintf("%s, together: %v", name, together)
				first := n.says(t, "106")
				is(t, what, first, want)
				for _, number := range []string{"107", "108"} {
					if other := n.says(t, number); !maps.Equal(first, other) {
						t.Errorf("%s: %s is told %v, 106 %v", what, number, other, first)
					}
				}
				storetest.View(t, n.DB, func(ctx context.Context, tx *store.Tx) error {
					c, err := channel.Get(ctx, tx, n.channels["106"].Workspace, n.channels["106"].ID)
					if err != nil || len(c.Quotas) != 1 || c.Quotas[0].Max != 2000 {
						t.Errorf("%s: its limits are %+v (%v)", what, c.Quotas, err)
					}
					return nil
				})
			}
		}
	})
}
