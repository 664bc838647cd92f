package channel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/network"
	"github.com/kithhq/kith/internal/store"
)

// noticesKept is how long it is remembered that all is well with something: longer than
// any network repeats what it tells.
const noticesKept = 30 * 24 * time.Hour

// Notice is what a network told last of something about an account.
type Notice struct {
	Channel    string
	Workspace  string
	Subject    string
	Template   string
	TemplateID string
	Level      string
	Text       string
	Fix        string
	Ends       time.Time
	Until      time.Time
	At         time.Time
}

const noticeColumns = "channel_id, workspace, subject, template, template_id, level, text, fix, ends_at, until_at, at"

// Notices gives what people should know now of the channels of a workspace, the newest first.
func Notices(ctx context.Context, tx *store.Tx, workspace string) ([]Notice, error) {
	return store.All[Notice](ctx, tx, "select "+noticeColumns+` from notice where workspace = $1 and level <> '' and (until_at is null or until_at > $2)
		order by at desc, channel_id, subject limit 200`, workspace, tx.Now)
}

// Notify keeps what a network told of an account at a moment, and a limit with it. news
// says that it was not known, and not overtaken by what was told of the same before.
func Notify(ctx context.Context, tx *store.Tx, c Channel, n network.Notice, at time.Time) (news bool, err error) {
	if n.Limit != nil {
		return true, limited(ctx, tx, c, *n.Limit, at)
	}
	if n.Subject == "" {
		return true, nil
	}
	return note(ctx, tx, Notice{Channel: c.ID, Workspace: c.Workspace, Subject: n.Subject, Template: n.Template, TemplateID: n.TemplateID,
		Level: n.Level, Text: n.Text, Fix: n.Fix, Ends: n.Ends, Until: n.Until, At: at})
}

// note keeps a notice unless a later one of its subject is there. Of two of the same
// moment the graver one stays, whichever came first.
func note(ctx context.Context, tx *store.Tx, n Notice) (news bool, err error) {
	before, err := store.One[Notice](ctx, tx, "select "+noticeColumns+" from notice where channel_id = $1 and subject = $2", n.Channel, n.Subject)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if err == nil && !n.overtakes(before) {
		return false, nil
	}
	_, err = tx.Exec(ctx, "insert into notice ("+noticeColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		on conflict (channel_id, subject) do update set template = excluded.template, template_id = excluded.template_id, level = excluded.level,
		text = excluded.text, fix = excluded.fix, ends_at = excluded.ends_at, until_at = excluded.until_at, at = excluded.at`,
		n.Channel, n.Workspace, n.Subject, n.Template, n.TemplateID, n.Level, n.Text, n.Fix, n.Ends, n.Until, n.At)
	return err == nil, err
}

// overtakes says whether a notice takes the place of another. Networks tell of seconds.
func (n Notice) overtakes(before Notice) bool {
	if !n.At.Equal(before.At) {
		return n.At.After(before.At)
	}
	grave := map[string]int{network.Warned: 1, network.Barred: 2}
	if grave[n.Level] != grave[before.Level] {
		return grave[n.Level] > grave[before.Level]
	}
	return strings.Compare(n.Text, before.Text) > 0
}

// Over ends a notice that the network contradicts when it is asked, unless another of its
// subject came meanwhile.
func Over(ctx context.Context, tx *store.Tx, n Notice) error {
	_, err := tx.Exec(ctx, "update notice set level = '', text = '', fix = '', ends_at = null, until_at = null where workspace = $1 and channel_id = $2 and subject = $3 and at = $4 and level = $5",
		n.Workspace, n.Channel, n.Subject, n.At, n.Level)
	return err
}

// limited keeps a limit of an account as the network gave it at a moment, told or asked.
// That it was lowered is a notice: it holds back what waits.
func limited(ctx context.Context, tx *store.Tx, c Channel, use network.QuotaUse, at time.Time) error {
	subject := "limit " + use.Name
	before, err := store.One[Notice](ctx, tx, "select "+noticeColumns+" from notice where channel_id = $1 and subject = $2", c.ID, subject)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	all, was := with(c.Quotas, use)
	now := Notice{Channel: c.ID, Workspace: c.Workspace, Subject: subject, At: at}
	switch {
	case was == use.Max || was == 0: // as it was, or the first we hear of it
		now.Level, now.Text, now.Fix, now.Until = before.Level, before.Text, before.Fix, before.Until
	case most(use.Max) < most(was):
		now.Level, now.Until = network.Warned, at.Add(lowersFor)
		now.Text = fmt.Sprintf("The network lets this account write first to fewer people in a day than before: %d.", use.Max)
		now.Fix = "Look on the network at how people take what is sent."
	}
	news, err := note(ctx, tx, now)
	if err != nil || !news || was == use.Max {
		return err // told late, another one holds since; or there is nothing to keep
	}
	return Used(ctx, tx, c.Workspace, c.ID, all)
}

// lowersFor is how long people are told that a limit was lowered.
const lowersFor = 7 * 24 * time.Hour

// with is what is known of limits with one of them as it is now, and what it was: 0 when
// nobody knew.
func with(all []network.QuotaUse, use network.QuotaUse) (now []network.QuotaUse, was int) {
	found := false
	for _, u := range all {
		if u.Name == use.Name {
			found, was, u.Max = true, u.Max, use.Max
			if use.Pool != "" {
				u.Pool = use.Pool
			}
		}
		now = append(now, u)
	}
	if !found {
		now = append(now, use)
	}
	return now, was
}

// most orders limits: below 0 there is none.
func most(limit int) int {
	if limit < 0 {
		return 1 << 30
	}
	return limit
}
