package bluesky

import (
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// record is one record as it stands. Its value is never changed, only replaced.
type record struct {
	uri, cid, did, collection, rkey string
	value                           object
	indexed, listed                 time.Time // listed: from when it is in lists
}

func (r *record) text() string {
	text, _ := r.value["text"].(string)
	return text
}

func (r *record) ref() object { return object{"uri": r.uri, "cid": r.cid} }

// write is one write as asked for.
type write struct {
	collection, rkey string
	value            object
	validate         *bool
	delete           bool
}

func (n *Network) mine(q *request) *problem {
	repo := q.text("repo")
	if repo == "" {
		return invalid("Input must have the property \"repo\"")
	}
	if a := n.find(repo); a == nil || a != q.me {
		return &problem{http.StatusUnauthorized, "AuthenticationRequired", "Invalid repo"}
	}
	return nil
}

func bodyWrite(q *request) write {
	w := write{collection: q.text("collection"), rkey: q.text("rkey")}
	w.value, _ = q.body["record"].(object)
	if validate, ok := q.body["validate"].(bool); ok {
		w.validate = &validate
	}
	return w
}

func (n *Network) createRecord(q *request) (any, *problem) {
	w := bodyWrite(q)
	if p := n.mine(q); p != nil {
		return nil, p
	}
	if p := n.swaps(q, nil); p != nil {
		return nil, p
	}
	status, p := n.valid(q.me, &w)
	if p != nil {
		return nil, p
	}
	if p := n.countPoints(q, 3); p != nil {
		return nil, p
	}
	if q.me.repo[w.collection][w.rkey] != nil {
		return nil, &problem{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"}
	}
	made := n.put(q, w)
	return made.result(n.commit(q.me), status), nil
}

func (n *Network) putRecord(q *request) (any, *problem) {
	w := bodyWrite(q)
	if p := n.mine(q); p != nil {
		return nil, p
	}
	if w.rkey == "" {
		return nil, invalid("Input must have the property \"rkey\"")
	}
	was := q.me.repo[w.collection][w.rkey]
	status, p := n.valid(q.me, &w)
	if p != nil {
		return nil, p
	}
	same := was != nil && was.cid == mustCID(w.value)
	if !same { // the real server looks at swaps only when something would change
		if p := n.swaps(q, was); p != nil {
			return nil, p
		}
	}
	points := 3
	if was != nil {
		points = 2
	}
	if p := n.countPoints(q, points); p != nil {
		return nil, p
	}
	if same {
		n.accept(q, was, actionOf(was.collection, was.value["reply"] != nil, false), true)
		return was.result(nil, status), nil
	}
	made := n.put(q, w)
	return made.result(n.commit(q.me), status), nil
}

func (r *record) result(commit object, status string) object {
	result := object{"uri": r.uri, "cid": r.cid}
	if commit != nil {
		result["commit"] = commit
	}
	if status != "" {
		result["validationStatus"] = status
	}
	return result
}

func (n *Network) deleteRecord(q *request) (any, *problem) {
	if p := n.mine(q); p != nil {
		return nil, p
	}
	was := q.me.repo[q.text("collection")][q.text("rkey")]
	if p := n.swaps(q, was); p != nil {
		return nil, p
	}
	if p := n.countPoints(q, 1); p != nil {
		return nil, p
	}
	if was == nil {
		return object{}, nil
	}
	n.remove(was)
	n.accept(q, was, actionOf(was.collection, false, true), false)
	return object{"commit": n.commit(q.me)}, nil
}

func (n *Network) applyWrites(q *request) (any, *problem) {
	if p := n.mine(q); p != nil {
		return nil, p
	}
	asked, _ := q.body["writes"].([]any)
	if len(asked) > 200 {
		return nil, invalid("Too many writes. Max: 200")
	}
	if p := n.swaps(q, nil); p != nil {
		return nil, p
	}
	writes, statuses, points := make([]write, len(asked)), make([]string, len(asked)), 0
	for i, item := range asked {
		one, _ := item.(object)
		kind, _ := one["$type"].(string)
		w := write{}
		w.collection, _ = one["collection"].(string)
		w.rkey, _ = one["rkey"].(string)
		w.value, _ = one["value"].(object)
		_, w.delete = strings.CutSuffix(kind, "#delete")
		there := q.me.repo[w.collection][w.rkey]
		switch {
		case w.delete:
			points++
		case strings.HasSuffix(kind, "#update") && there == nil, strings.HasSuffix(kind, "#create") && there != nil && w.rkey != "":
			return nil, &problem{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"}
		case strings.HasSuffix(kind, "#update"), strings.HasSuffix(kind, "#create"):
			status, p := n.valid(q.me, &w)
			if p != nil {
				return nil, p
			}
			statuses[i] = status
			points += 3
		default:
			return nil, invalid("Action not supported: %s", kind)
		}
		writes[i] = w
	}
	if p := n.countPoints(q, points); p != nil {
		return nil, p
	}
	return n.apply(q, writes, statuses), nil
}

func (n *Network) apply(q *request, writes []write, statuses []string) object {
	results := []object{}
	for i, w := range writes {
		was := q.me.repo[w.collection][w.rkey]
		if w.delete {
			if was != nil {
				n.remove(was)
				n.accept(q, was, actionOf(was.collection, false, true), false)
			}
			results = append(results, object{"$type": "com.atproto.repo.applyWrites#deleteResult"})
			continue
		}
		kind := "createResult"
		if was != nil {
			kind = "updateResult"
		}
		result := n.put(q, w).result(nil, statuses[i])
		result["$type"] = "com.atproto.repo.applyWrites#" + kind
		results = append(results, result)
	}
	return object{"commit": n.commit(q.me), "results": results}
}

// swaps refuses a write whose client believed in another state: another commit, another record, or (null) none at all.
func (n *Network) swaps(q *request, was *record) *problem {
	if commit, ok := q.body["swapCommit"].(string); ok && commit != q.me.commit {
		return &problem{http.StatusBadRequest, "InvalidSwap", "Commit was at " + q.me.commit}
	}
	believed, said := q.body["swapRecord"]
	cid, _ := believed.(string)
	if said && (cid != "") != (was != nil) || cid != "" && cid != was.cid {
		return &problem{http.StatusBadRequest, "InvalidSwap", "Record was not at the given address"}
	}
	return nil
}

// valid holds a write against the rules and completes it: type and key.
func (n *Network) valid(a *account, w *write) (string, *problem) {
	if !n.syntax.holds("nsid", w.collection) {
		return "", invalid("Input/collection must be a valid nsid")
	}
	if w.value == nil {
		return "", invalid("Input must have the property \"record\"")
	}
	if kind, there := w.value["$type"]; there && kind != w.collection {
		return "", invalid("Invalid $type: expected %s, got %v", w.collection, kind)
	} else if !there {
		full := object{"$type": w.collection}
		for name, value := range w.value {
			full[name] = value
		}
		w.value = full
	}
	rule, known := n.rules[w.collection]
	if w.rkey == "" {
		w.rkey = n.tid()
		if rule.key == "literal:self" {
			w.rkey = "self"
		}
	}
	if !n.syntax.holds("record-key", w.rkey) {
		return "", invalid("Input/rkey must be a valid Record Key")
	}
	if _, err := recordCID(w.value); err != nil {
		return "", invalid("Invalid record: %v", err)
	}
	skip := w.validate != nil && !*w.validate
	switch {
	case skip:
		return "", nil
	case !known && w.validate != nil:
		return "", invalid("Lexicon not found: %s", w.collection)
	case !known:
		return "unknown", nil
	case rule.key == "tid" && !n.syntax.holds("tid", w.rkey), rule.key == "literal:self" && w.rkey != "self":
		return "", invalid("Invalid record key for %s: expected %s, got %q", w.collection, rule.key, w.rkey)
	}
	if complaint := n.syntax.check(rule.shape, w.value, "$.record"); complaint != "" {
		return "", invalid("Invalid %s record: %s", w.collection, complaint)
	}
	return "valid", n.blobsThere(a, w.value)
}

func (n *Network) blobsThere(a *account, value object) *problem {
	for _, ref := range blobRefs(value, nil) {
		file, there := a.blobs[ref.cid]
		if !there || n.swept(file) {
			return &problem{http.StatusBadRequest, "BlobNotFound", "Could not find blob: " + ref.cid}
		}
		if file.mime != ref.mime {
			return &problem{http.StatusBadRequest, "InvalidMimeType",
				fmt.Sprintf("Referenced Mimetype does not match stored blob. Expected: %s, Got: %s", file.mime, ref.mime)}
		}
	}
	return nil
}

// put keeps what a client writes: twin first, when the weather has one, then the record, then the ledger.
func (n *Network) put(q *request, w write) *record {
	action := actionOf(w.collection, w.value["reply"] != nil, false)
	if q.me.repo[w.collection][w.rkey] != nil && action == sandbox.Publish {
		action = sandbox.Edit
	}
	if at, hit := twin(q, action); hit {
		copied := object{}
		for name, value := range w.value {
			copied[name] = value
		}
		copied["createdAt"] = stamp(at)
		n.keep(q.me, w.collection, tidFrom(at.UnixMicro(), 7), copied, at, at)
	}
	listed := q.now
	if action == sandbox.Publish || action == sandbox.Reply {
		listed = q.now.Add(q.call.ListedLate())
	}
	made := n.keep(q.me, w.collection, w.rkey, w.value, q.now, listed)
	for _, ref := range blobRefs(w.value, nil) {
		file := q.me.blobs[ref.cid]
		file.used = true
		q.me.blobs[ref.cid] = file
	}
	n.accept(q, made, action, false)
	return made
}

func twin(q *request, action sandbox.Action) (time.Time, bool) {
	if action != sandbox.Publish && action != sandbox.Reply {
		return time.Time{}, false
	}
	return q.call.Twin()
}

func (n *Network) accept(q *request, r *record, action sandbox.Action, repeat bool) {
	entry := sandbox.Entry{Account: q.me.did, Action: action, Object: r.uri, Text: r.text(), ClientID: r.rkey, Repeat: repeat, Files: shownFiles(r.value)}
	if parent, _ := replyOf(r); parent != "" {
		entry.Parent = parent
	} else if subject := subjectOf(r); subject != "" {
		entry.Parent = subject
	}
	entry.Shared, entry.Link = quoteOf(r), cardOf(r)
	if action == sandbox.Repost {
		entry.Shared = subjectOf(r)
	}
	q.call.Accept(entry)
}

// shownFiles counts the files of a record, without the subtitles of a video.
func shownFiles(value object) (n int) {
	for _, ref := range blobRefs(value, nil) {
		if ref.mime != "text/vtt" {
			n++
		}
	}
	return n
}

// keep puts a record in its repository and in the index, whoever wrote it.
func (n *Network) keep(a *account, collection, rkey string, value object, indexed, listed time.Time) *record {
	if was := a.repo[collection][rkey]; was != nil {
		n.remove(was)
	}
	r := &record{uri: "at://" + a.did + "/" + collection + "/" + rkey, cid: mustCID(value), did: a.did, collection: collection,
		rkey: rkey, value: value, indexed: indexed, listed: listed}
	if a.repo[collection] == nil {
		a.repo[collection] = map[string]*record{}
	}
	a.repo[collection][rkey] = r
	n.records[r.uri] = r
	n.index(a, r)
	return r
}

func (n *Network) remove(r *record) {
	a := n.accounts[r.did]
	delete(a.repo[r.collection], r.rkey)
	delete(n.records, r.uri)
	n.unindex(a, r)
}

func mustCID(value object) string {
	cid, err := recordCID(value)
	if err != nil {
		panic(errors.New("a record that was never checked: " + err.Error()))
	}
	return cid
}

func (n *Network) getRecord(q *request) (any, *problem) {
	a, collection, rkey := n.find(q.query.Get("repo")), q.query.Get("collection"), q.query.Get("rkey")
	if a == nil {
		return nil, invalid("Could not find repo: %s", q.query.Get("repo"))
	}
	r := a.repo[collection][rkey]
	if cid := q.query.Get("cid"); r == nil || cid != "" && cid != r.cid {
		return nil, &problem{http.StatusBadRequest, "RecordNotFound", fmt.Sprintf("Could not locate record: at://%s/%s/%s", a.did, collection, rkey)}
	}
	return object{"uri": r.uri, "cid": r.cid, "value": r.value}, nil
}

func (n *Network) listRecords(q *request) (any, *problem) {
	a := n.find(q.query.Get("repo"))
	if a == nil {
		return nil, invalid("Could not find repo: %s", q.query.Get("repo"))
	}
	limit, p := q.limit(50, 100)
	if p != nil {
		return nil, p
	}
	keys := []string{}
	for key, r := range a.repo[q.query.Get("collection")] {
		if !r.listed.After(q.now) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	forwards, cursor := q.query.Get("reverse") == "true", q.query.Get("cursor")
	items, last := []object{}, ""
	for i := range keys {
		key := keys[i]
		if !forwards {
			key = keys[len(keys)-1-i]
		}
		if cursor != "" && (forwards && key <= cursor || !forwards && key >= cursor) {
			continue
		}
		if len(items) == limit {
			break
		}
		r := a.repo[q.query.Get("collection")][key]
		items, last = append(items, object{"uri": r.uri, "cid": r.cid, "value": r.value}), key
	}
	page := object{"records": items}
	if last != "" {
		page["cursor"] = last
	}
	return page, nil
}

func (n *Network) describeRepo(q *request) (any, *problem) {
	a := n.find(q.query.Get("repo"))
	if a == nil {
		return nil, invalid("Could not find user: %s", q.query.Get("repo"))
	}
	collections := []string{}
	for name, all := range a.repo {
		if len(all) > 0 {
			collections = append(collections, name)
		}
	}
	sort.Strings(collections)
	return object{"handle": a.handle, "did": a.did, "didDoc": n.document(a, q.host), "collections": collections, "handleIsCorrect": true}, nil
}

func (n *Network) listRepos(*request) (any, *problem) {
	all := []object{}
	for _, a := range n.accounts {
		all = append(all, object{"did": a.did, "head": a.commit, "rev": a.rev, "active": true})
	}
	return object{"repos": all}, nil
}

func (n *Network) uploadBlob(q *request) (any, *problem) {
	mime := q.Header.Get("Content-Type")
	if mime == "" {
		mime = "application/octet-stream"
	}
	// The real server believes the bytes more than the header, where they begin as a format
	// that it knows; of words and of what nobody knows it believes the header.
	if sniffed := http.DetectContentType(q.raw); !strings.HasPrefix(sniffed, "text/") && sniffed != "application/octet-stream" {
		mime = sniffed
	}
	cid := cidOf(codecRaw, q.raw)
	q.me.blobs[cid] = blobFile{mime: mime, data: q.raw, made: q.now, used: q.me.blobs[cid].used}
	q.call.Accept(sandbox.Entry{Account: q.me.did, Action: sandbox.Upload, Object: cid})
	return object{"blob": object{"$type": "blob", "ref": object{"$link": cid}, "mimeType": mime, "size": len(q.raw)}}, nil
}
