package bluesky

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/sandbox"
)

// The video service stands at an address of its own on the real network; here it shares ours. It takes tokens that a data server
// signed for it or for itself, works on a video for a while, and brings what it made of it into the repository.

// videoLimit is how large a video may be.
const videoLimit = 300000000

type videoJob struct {
	id    string
	of    *account
	data  []byte
	asks  int
	until time.Time
}

// videoService is who the service is.
func (q *request) videoService() string {
	_, host, _ := strings.Cut(q.host, "://")
	return "did:web:" + strings.ReplaceAll(host, ":", "%3A")
}

func (n *Network) getServiceAuth(q *request) (any, *problem) {
	audience, method := q.query.Get("aud"), q.query.Get("lxm")
	if !n.syntax.holds("did", audience) || method != "" && !n.syntax.holds("nsid", method) {
		return nil, invalid("Error: aud must be a valid did")
	}
	ends := q.now.Add(time.Minute).Unix()
	if text := q.query.Get("exp"); text != "" {
		given, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalid("Error: exp must be an integer")
		}
		most := time.Hour
		if method == "" {
			most = time.Minute
		}
		if given <= q.now.Unix() || given > q.now.Add(most).Unix() {
			return nil, &problem{http.StatusBadRequest, "BadExpiration", "cannot request a token with this expiration"}
		}
		ends = given
	}
	return object{"token": n.sign("JWT", claims{Issuer: q.me.did, Aud: audience, Method: method, Issued: q.now.Unix(), Expires: ends})}, nil
}

// served says whose service token it is, for an audience and a method.
func (n *Network) served(q *request, audience, method string) *problem {
	refused := func(name string) *problem { return &problem{http.StatusUnauthorized, name, "Invalid service auth"} }
	token, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return refused("AuthMissing")
	}
	c, ok := n.parse(token)
	switch {
	case !ok || c.Issuer == "":
		return refused("BadJwt")
	case c.Expires <= q.now.Unix():
		return refused("JwtExpired")
	case c.Aud != audience:
		return refused("BadJwtAudience")
	case c.Method != method:
		return refused("BadJwtLexiconMethod")
	}
	if q.me = n.accounts[c.Issuer]; q.me == nil {
		return refused("BadJwt")
	}
	return nil
}

func (n *Network) getUploadLimits(q *request) (any, *problem) {
	if p := n.served(q, q.videoService(), "app.bsky.video.getUploadLimits"); p != nil {
		return nil, p
	}
	if n.options.NoVideos {
		return object{"canUpload": false, "error": "unconfirmed_email", "message": "The e-mail address is not confirmed"}, nil
	}
	left := max(n.options.VideosDaily-q.me.filmed(q.now), 0)
	limits := object{"canUpload": left > 0, "remainingDailyVideos": left, "remainingDailyBytes": int64(10 << 30)}
	if left == 0 {
		limits["message"] = "User has exceeded daily upload videos limit"
	}
	return limits, nil
}

// filmed is how many videos the account has handed over today.
func (a *account) filmed(now time.Time) int {
	if now.Sub(a.films.start) >= 24*time.Hour {
		return 0
	}
	return a.films.spent
}

func (n *Network) uploadVideo(q *request) (any, *problem) {
	if p := n.served(q, "did:web:"+hostName(q.host), "com.atproto.repo.uploadBlob"); p != nil {
		return nil, p
	}
	switch {
	case q.query.Get("did") != q.me.did || q.query.Get("name") == "":
		return nil, invalid("Error: Params must have the properties \"did\" and \"name\"")
	case q.Header.Get("Content-Type") != "video/mp4":
		return nil, invalid("Wrong request encoding (Content-Type): %s", q.Header.Get("Content-Type"))
	case n.options.NoVideos:
		return nil, &problem{http.StatusUnauthorized, "unconfirmed_email", "The e-mail address is not confirmed"}
	case len(q.raw) < 12 || !bytes.Equal(q.raw[4:8], []byte("ftyp")):
		return nil, invalid("Not a video")
	}
	id := letters("video"+q.me.did+cidOf(codecRaw, q.raw), 20)
	if known := n.videos[id]; known != nil {
		return answerWith{http.StatusConflict, object{"jobId": id, "did": "", "state": n.state(known, q.now), "error": "already_exists", "message": "Video already processed"}}, nil
	}
	if left, _ := q.me.films.take(q.now, 24*time.Hour, n.options.VideosDaily, 1); left < 0 {
		return nil, &problem{http.StatusBadRequest, "daily_limit_exceeded", "User has exceeded daily upload videos limit"}
	}
	j := &videoJob{id: id, of: q.me, data: append(bytes.Clone(q.raw), "made anew"...), asks: n.options.VideoAsks, until: q.now.Add(n.options.VideoTime)}
	n.videos[id] = j
	q.call.Accept(sandbox.Entry{Account: q.me.did, Action: sandbox.Upload, Object: id})
	// The service answers without the wrapping that its lexicon names.
	return object{"jobId": id, "did": q.me.did, "state": "JOB_STATE_CREATED", "progress": 0}, nil
}

func (n *Network) state(j *videoJob, now time.Time) string {
	switch {
	case j.until.After(now):
		return "JOB_STATE_ENCODING"
	case j.asks > 0:
		return "JOB_STATE_SCANNING"
	case n.options.VideoFails != "":
		return "JOB_STATE_FAILED"
	}
	return "JOB_STATE_COMPLETED"
}

func (n *Network) getJobStatus(q *request) (any, *problem) {
	j := n.videos[q.query.Get("jobId")]
	if j == nil {
		return nil, &problem{http.StatusNotFound, "NotFound", "Job not found"}
	}
	status := object{"jobId": j.id, "did": j.of.did, "state": n.state(j, q.now)}
	switch status["state"] {
	case "JOB_STATE_FAILED":
		status["error"], status["failureCode"], status["message"] = "failed", n.options.VideoFails, "The video could not be processed"
	case "JOB_STATE_COMPLETED":
		cid := cidOf(codecRaw, j.data)
		if !j.brought(cid) {
			j.of.blobs[cid] = blobFile{mime: "video/mp4", data: j.data, made: q.now}
		}
		status["blob"] = object{"$type": "blob", "ref": object{"$link": cid}, "mimeType": "video/mp4", "size": len(j.data)}
	default:
		j.asks = max(j.asks-1, 0)
		status["progress"] = 50
	}
	return object{"jobStatus": status}, nil
}

// brought says whether the video was in the repository once: it is brought there one time.
func (j *videoJob) brought(cid string) bool {
	_, there := j.of.blobs[cid]
	return there
}

// swept says that a blob is gone, because no record named it in time.
func (n *Network) swept(f blobFile) bool {
	return !f.used && n.stage.Clock.Now().Sub(f.made) > n.options.BlobLife
}
