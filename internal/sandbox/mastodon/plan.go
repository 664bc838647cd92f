package mastodon

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/kithhq/kith/internal/sandbox"
)

// plan is a status that the instance itself publishes later.
type plan struct {
	id     int64
	status *status
	at     time.Time
	cancel func()
	key    string
}

func (n *Network) schedule(q *request, s *status, idem string) (any, *problem) {
	at, err := time.Parse(time.RFC3339Nano, q.values.Get("scheduled_at"))
	if err != nil || at.Sub(q.now) < 5*time.Minute {
		return nil, n.invalid("Scheduled at The scheduled date must be in the future")
	}
	p := &plan{id: n.newID(q.now), status: s, at: at.UTC(), key: idem}
	n.plans[p.id] = p
	if idem != "" {
		q.me.keys[idem] = keyed{p.id, q.now}
	}
	p.cancel = n.stage.Clock.After(at.Sub(q.now), func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.plans, p.id)
		s.made, s.listed = p.at, p.at
		n.keep(s)
	})
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Publish, Object: "scheduled/" + key(p.id), Text: s.text, IdempotencyKey: idem})
	return p.view(n, q), nil
}

func (p *plan) view(n *Network, q *request) object {
	ids := []string{}
	for _, f := range p.status.files {
		ids = append(ids, key(f.id))
	}
	return object{"id": key(p.id), "scheduled_at": stamp(p.at), "media_attachments": n.files(q, p.status), "params": object{
		"text": p.status.text, "visibility": p.status.visibility, "application_id": 1, "with_rate_limit": false, "media_ids": ids,
		"sensitive": p.status.sensitive, "spoiler_text": p.status.spoiler, "language": p.status.lang, "scheduled_at": nil, "in_reply_to_id": nil,
		"poll": nil, "idempotency": nil}}
}

func (n *Network) listPlans(q *request) (any, *problem) {
	var mine []*plan
	for _, p := range n.plans {
		if p.status.account == q.me {
			mine = append(mine, p)
		}
	}
	slices.SortFunc(mine, func(a, b *plan) int { return int(min(max(a.id-b.id, -1), 1)) })
	views := []object{}
	for _, p := range page(q, mine, func(p *plan) int64 { return p.id }, func(*plan) bool { return true }, q.limit(20, 40)) {
		views = append(views, p.view(n, q))
	}
	return views, nil
}

func (n *Network) plan(q *request) (*plan, *problem) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	if p := n.plans[id]; p != nil && p.status.account == q.me {
		return p, nil
	}
	return nil, missing()
}

func (n *Network) getPlan(q *request) (any, *problem) {
	p, problem := n.plan(q)
	if problem != nil {
		return nil, problem
	}
	return p.view(n, q), nil
}

func (n *Network) deletePlan(q *request) (any, *problem) {
	p, problem := n.plan(q)
	if problem != nil {
		return nil, problem
	}
	p.cancel()
	delete(n.plans, p.id)
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Delete, Object: "scheduled/" + key(p.id), Text: p.status.text})
	return object{}, nil
}

type poll struct {
	id       int64
	options  []string
	votes    []int
	voters   map[int64][]int
	multiple bool
	ends     time.Time
}

func (n *Network) newPoll(q *request) (*poll, *problem) {
	options := q.values["poll[options]"]
	if len(options) == 0 {
		return nil, nil
	}
	if most := n.options.PollAnswers; len(options) < 2 || len(options) > most {
		return nil, n.invalid("Poll choices can't contain more than %d items, and must contain more than one", most)
	}
	for _, one := range options {
		if utf8.RuneCountInString(one) > n.options.PollAnswer {
			return nil, n.invalid("Poll choices can't be longer than %d characters each", n.options.PollAnswer)
		}
	}
	seconds := q.number("poll[expires_in]")
	if seconds < 300 || seconds > 2629746 {
		return nil, n.invalid("Expires at must be between five minutes and a month ahead")
	}
	return &poll{id: n.newID(q.now), options: options, votes: make([]int, len(options)), voters: map[int64][]int{},
		multiple: q.flag("poll[multiple]"), ends: q.now.Add(time.Duration(seconds) * time.Second)}, nil
}

func (p *poll) view(q *request) object {
	options, all := []object{}, 0
	for i, one := range p.options {
		options = append(options, object{"title": one, "votes_count": p.votes[i]})
		all += p.votes[i]
	}
	view := object{"id": key(p.id), "expires_at": stamp(p.ends), "expired": !p.ends.After(q.now), "multiple": p.multiple, "votes_count": all,
		"voters_count": len(p.voters), "options": options, "emojis": []any{}}
	if q.me != nil {
		own := p.voters[q.me.id]
		view["voted"], view["own_votes"] = own != nil, append([]int{}, own...)
	}
	return view
}

func (n *Network) poll(q *request) (*poll, *problem) {
	for _, s := range n.statuses {
		if s.poll != nil && key(s.poll.id) == q.PathValue("id") && s.seenBy(q.me) {
			return s.poll, nil
		}
	}
	return nil, missing()
}

func (n *Network) getPoll(q *request) (any, *problem) {
	p, problem := n.poll(q)
	if problem != nil {
		return nil, problem
	}
	return p.view(q), nil
}

func (n *Network) vote(q *request) (any, *problem) {
	p, problem := n.poll(q)
	if problem != nil {
		return nil, problem
	}
	choices := []int{}
	for _, text := range q.values["choices"] {
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(p.options) {
			return nil, n.invalid("The chosen vote option does not exist")
		}
		choices = append(choices, i)
	}
	if p.voters[q.me.id] != nil || len(choices) == 0 || !p.multiple && len(choices) > 1 {
		return nil, n.invalid("You have already voted on this poll")
	}
	if !p.ends.After(q.now) {
		return nil, n.invalid("The poll has already ended")
	}
	p.voters[q.me.id] = choices
	for _, i := range choices {
		p.votes[i]++
	}
	q.call.Accept(sandbox.Entry{Account: key(q.me.id), Action: sandbox.Like, Object: key(p.id)})
	return p.view(q), nil
}
