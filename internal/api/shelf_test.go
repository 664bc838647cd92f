package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/access"
	"github.com/kithhq/kith/internal/channel"
	"github.com/kithhq/kith/internal/config"
	"github.com/kithhq/kith/internal/inbox"
	"github.com/kithhq/kith/internal/media"
	"github.com/kithhq/kith/internal/moderate"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/network/all"
	"github.com/kithhq/kith/internal/outward"
	"github.com/kithhq/kith/internal/people"
	"github.com/kithhq/kith/internal/publish"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/internal/sandbox/whatsapp"
	"github.com/kithhq/kith/internal/store"
	"github.com/kithhq/kith/internal/store/storetest"
	"github.com/kithhq/kith/internal/team"
)

// nowhere is where the networks are that are not pretended: nobody answers there.
const nowhere = "http://127.0.0.1:1"

// stocked is a place with every network, of which WhatsApp answers: it is asked for its
// templates before anybody is answered with one.
func (p *place) stocked() (number map[string]string) {
	p.t.Helper()
	stage := sandbox.New(sandbox.Options{Seed: 1})
	p.t.Cleanup(stage.Close)
	n := whatsapp.New(stage, whatsapp.Options{AppID: "800000000000002", AppSecret: "app-secret"})
	server := httptest.NewServer(n.Handler())
	p.t.Cleanup(server.Close)
	near, err := outward.New(outward.Options{Allow: []string{"127.0.0.1/32"}})
	p.must(err)
	p.t.Cleanup(near.Close)
	p.house.Networks, err = all.Set(near, config.Config{Endpoints: []string{"whatsapp=" + server.URL}}, nil)
	p.must(err)
	p.house.PublicURL = "http://kith.test"
	p.house.Apps = map[network.Name]network.App{
		"linkedin": {ID: "app", Secret: "secret"},
		"whatsapp": {ID: "800000000000002", Secret: "app-secret", Verify: "verify"},
	}
	a := n.AddNumber("Librairie Hirondelle", "Librairie Hirondelle", "+33 1 99 00 12 34")
	n.SubscribeAccount(a.Account)
	return map[string]string{"token": a.Token, "phone": a.ID, "account": a.Account}
}

// shelf makes one of everything that a workspace has around one channel, of which every
// text holds mark. What is a person's own (an upload, an attempt to connect, a device)
// is by's.
func (p *place) shelf(by access.Actor, mark string) things {
	p.t.Helper()
	ids := things{"rehearsal": "1", "network-apps": "facebook", "addresses": "https://www.snapchat.com/spotlight/" + mark, "accounts": "offered-" + mark}
	file, err := media.Take(p.t.Context(), p.house.Blobs, by.Workspace, bytes.NewReader(picture(p.t)))
	p.must(err)
	p.do(func(ctx context.Context, tx *store.Tx) error {
		for _, name := range []network.Name{"mastodon", "linkedin", "snapchat"} {
			d, err := p.house.Networks.Get(name)
			if err != nil {
				return err
			}
			c, err := channel.Connect(ctx, tx, p.house.Keys, by.Workspace, name, network.Account{Base: nowhere, ID: "account-" + mark, Handle: mark, Name: mark, AvatarURL: nowhere + "/" + mark, Keys: `{"token":"token"}`, Limits: d.Profile().Limits})
			if err != nil {
				return err
			}
			ids[string(name)] = c.ID
		}
		ids["channels"], ids["avatars"] = ids["mastodon"], ids["mastodon"]
		m, err := media.Keep(ctx, tx, by, file, mark+".png", mark)
		if err != nil {
			return err
		}
		ids["media"] = m.ID
		if _, err := tx.Exec(ctx, `insert into subtitle (id, workspace, media_id, lang, name, body, cues, created_by, created_at)
			values ($1, $2, $3, 'fr', $4, $5, 1, $6, $7)`, mark+"-fr", by.Workspace, m.ID, mark+".srt", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n"+mark+"\n", by.User, tx.Now); err != nil {
			return err
		}
		for kind, to := range map[string]string{"posts": "mastodon", "out:posts": "mastodon", "hand:posts": "snapchat"} {
			post, err := publish.Save(ctx, tx, by, "", 0, []publish.Content{{Text: mark + " " + kind, Media: []publish.Attached{{ID: m.ID}}}}, []publish.Target{{ChannelID: ids[to], Network: network.Name(to)}})
			if err != nil {
				return err
			}
			all, err := publish.Publications(ctx, tx, by.Workspace, post.ID)
			if err != nil {
				return err
			}
			ids[kind], ids[strings.Replace(kind, "posts", "publications", 1)] = post.ID, all[0].ID
		}
		if _, err := tx.Exec(ctx, "update publication set state = 'published', published_at = $1, url = $2 where id = $3", tx.Now, ids["addresses"], ids["out:publications"]); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update post set state = 'published' where id = $1", ids["out:posts"]); err != nil {
			return err
		}
		if err := p.told(ctx, tx, by, ids, "", "mastodon", mark, network.Event{Kind: network.Comment, Thread: "above-" + mark}); err != nil {
			return err
		}
		return p.owned(ctx, tx, by, ids, mark)
	})
	p.must(p.house.Schedule(p.t.Context(), by, ids["hand:posts"], time.Time{}))
	p.must(p.house.ByHand(p.t.Context(), by, ids["hand:publications"]))
	return ids
}

// told lets somebody write on a channel, and a rule judge it.
func (p *place) told(ctx context.Context, tx *store.Tx, by access.Actor, ids things, kind, on, mark string, e network.Event) error {
	face := people.Face{Workspace: by.Workspace, Network: network.Name(on), RemoteID: "fan-" + mark}
	crowd, err := people.Meet(ctx, tx, []people.Face{face})
	if err != nil {
		return err
	}
	who := crowd.Recognize(face, network.Author{ID: face.RemoteID, Handle: "fan-" + mark, Name: "Fan " + mark}, tx.Now)
	e.Ref, e.Author, e.Text, e.At = network.Ref{ID: "said-" + mark}, network.Author{ID: face.RemoteID, Name: "Fan " + mark}, "Bonjour "+mark, tx.Now
	e.Media = []network.Attachment{{Type: "image", URL: network.Closed + mark}}
	a := inbox.Arrival{Workspace: by.Workspace, ChannelID: ids[on], Network: network.Name(on), PersonID: who.PersonID, Event: e}.Ready()
	tray, err := inbox.Lay(ctx, tx, []inbox.Arrival{a})
	if err != nil {
		return err
	}
	m := tray.Record(a).Message
	rules, err := moderate.Rules(ctx, tx, by.Workspace)
	if err != nil {
		return err
	}
	if rules[0].Mode != moderate.Live {
		if rules[0], err = moderate.Declare(ctx, tx, by.Workspace, rules[0].ID, moderate.Live, 5, 60); err != nil {
			return err
		}
	}
	docket, err := moderate.Open(ctx, tx, nil)
	if err != nil {
		return err
	}
	ids["rules"] = rules[0].ID
	ids[kind+"verdicts"], _ = docket.Pronounce(rules[0], moderate.Subject{PersonID: who.PersonID, MessageID: m.ID, At: tx.Now}, moderate.Verdict{Guilty: true, Reason: moderate.Sentence{Key: "flooding"}})
	ids[kind+"conversations"], ids[kind+"messages"], ids[kind+"people"] = m.ConversationID, m.ID, m.PersonID
	for _, keep := range []func(context.Context, *store.Tx) error{crowd.Keep, docket.Keep, tray.Keep} {
		if err := keep(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// owned adds what is somebody's own, and what belongs to the team.
func (p *place) owned(ctx context.Context, tx *store.Tx, by access.Actor, ids things, mark string) error {
	if err := channel.Miss(ctx, tx, by.Workspace, ids["channels"], channel.Lost, network.Span{From: tx.Now.Add(-time.Hour), To: tx.Now}); err != nil {
		return err
	}
	gaps, err := channel.Gaps(ctx, tx, by.Workspace, ids["channels"])
	if err != nil {
		return err
	}
	ids["gaps"], ids["grants"], ids["members"] = gaps[0].ID, "attempt-"+mark, by.User
	grant := channel.Grant{ID: ids["grants"], Workspace: by.Workspace, User: by.User, Network: "mastodon"}
	if err := channel.Ask(ctx, tx, p.house.Keys, grant, channel.Kept{}); err != nil {
		return err
	}
	if grant, err = channel.CameBack(ctx, tx, by, "mastodon", grant.ID); err != nil {
		return err
	}
	if err := channel.Conclude(ctx, tx, p.house.Keys, grant, channel.Kept{Accounts: []network.Account{{Base: nowhere, ID: ids["accounts"], Handle: mark, Keys: `{"token":"token"}`}}}); err != nil {
		return err
	}
	if ids["asides"], err = (house{by: by}).missed(ctx, tx, ids["channels"], mark, mark); err != nil {
		return err
	}
	invitation, _, err := team.Invite(ctx, tx, by, "guest@"+strings.ToLower(mark)+".org", access.Analyst, nil)
	if err != nil {
		return err
	}
	token, _, err := team.MakeToken(ctx, tx, by, mark, access.Grants(by.Role), 0)
	if err != nil {
		return err
	}
	device, err := team.AddDevice(ctx, tx, p.house.Keys, by, "https://push.test/"+mark, `{"p256dh":"","auth":""}`, mark, "en")
	if err != nil {
		return err
	}
	coming, err := media.Announce(ctx, tx, by, mark+".mp4", 1000)
	ids["invitations"], ids["tokens"], ids["devices"], ids["uploads"] = invitation.ID, token.ID, device.ID, coming.ID
	return err
}

// writesUs adds a channel of WhatsApp and somebody who writes there.
func (p *place) writesUs(by access.Actor, ids things, number map[string]string, mark string) {
	p.t.Helper()
	c, err := p.house.Connect(p.t.Context(), by, "whatsapp", number, "", "")
	p.must(err)
	ids["whatsapp"], ids["whatsapp:channels"] = c.ID, c.ID
	p.do(func(ctx context.Context, tx *store.Tx) error {
		x, err := channel.Connect(ctx, tx, p.house.Keys, by.Workspace, "x", network.Account{Base: "https://api.x.com", ID: "7", Handle: mark, Keys: "{}"})
		if err != nil {
			return err
		}
		ids["x"], ids["x:channels"] = x.ID, x.ID
		return p.told(ctx, tx, by, ids, "whatsapp:", "whatsapp", mark, network.Event{Kind: network.Direct, Private: true, Thread: "talk-" + mark})
	})
}

// joins lets somebody be a member, limited to channels or not.
func (p *place) joins(h house, email string, role access.Role, channels []string) house {
	p.t.Helper()
	hash := p.hashed()
	one := house{email: email}
	p.do(func(ctx context.Context, tx *store.Tx) error {
		_, token, err := team.Invite(ctx, tx, h.by, email, role, channels)
		if err != nil {
			return err
		}
		_, caller, err := team.Accept(ctx, tx, token, "Member", hash, false)
		if err != nil {
			return err
		}
		one.by = caller.Actor
		_, one.token, err = team.MakeToken(ctx, tx, one.by, "all", access.Grants(role), 0)
		return err
	})
	return one
}

// seenAt are columns that tell when somebody was here: asking alone changes them.
func seenAt() []string {
	return []string{"session.seen_at", "session.expires_at", "api_token.used_at", "member.last_seen"}
}

// rows is everything that the database holds: a line for each row of each table.
func (p *place) rows() (all []string) {
	p.t.Helper()
	storetest.View(p.t, p.house.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		if p.whole == "" {
			if p.whole, err = everyRow(ctx, tx); err != nil {
				return err
			}
		}
		all, err = store.All[string](ctx, tx, p.whole)
		return err
	})
	if len(all) < 20 {
		p.t.Fatalf("only %d rows", len(all))
	}
	slices.Sort(all)
	return all
}

func everyRow(ctx context.Context, tx *store.Tx) (string, error) {
	tables, columns := "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'message_text%'", "select name from pragma_table_info($1)"
	if tx.Postgres() {
		tables = "select table_name from information_schema.tables where table_schema = current_schema()"
		columns = "select column_name from information_schema.columns where table_schema = current_schema() and table_name = $1"
	}
	names, err := store.All[string](ctx, tx, tables)
	if err != nil {
		return "", err
	}
	var each []string
	for _, table := range names {
		has, err := store.All[string](ctx, tx, columns, table)
		if err != nil {
			return "", err
		}
		text := "'" + table + "'"
		for _, c := range has {
			if !slices.Contains(seenAt(), table+"."+c) {
				text += fmt.Sprintf(` || ' %s=' || coalesce(cast("%s" as text), '')`, c, c)
			}
		}
		each = append(each, "select "+text+" from "+table)
	}
	return strings.Join(each, " union all "), nil
}

// changed says how rows differ.
func changed(before, after []string) (all []string) {
	for _, r := range before {
		if _, there := slices.BinarySearch(after, r); !there {
			all = append(all, "- "+r)
		}
	}
	for _, r := range after {
		if _, there := slices.BinarySearch(before, r); !there {
			all = append(all, "+ "+r)
		}
	}
	return all
}
