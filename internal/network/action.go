package network

import "slices"

// Action is what a person may want to do on a network.
type Action string

// The actions.
const (
	ActPublish  Action = "publish"
	ActThread   Action = "thread"
	ActImage    Action = "image"
	ActCarousel Action = "carousel"
	ActVideo    Action = "video"
	ActDocument Action = "document"
	// ActLink is a post that shows an address as what it is: a link that can be followed,
	// with a card where the network makes one.
	ActLink         Action = "link"
	ActReel         Action = "reel"
	ActStory        Action = "story"
	ActQuestion     Action = "question"
	ActFirstComment Action = "first_comment"
	ActAltText      Action = "alt_text"
	ActSubtitles    Action = "subtitles"
	ActCover        Action = "cover"
	ActAILabel      Action = "ai_label"
	ActPaidLabel    Action = "paid_label"
	ActTagPeople    Action = "tag_people"
	ActPlace        Action = "place"
	// ActCommunity is a post in a community of the network: a place of many, with members.
	ActCommunity Action = "community"
	// ActTrial is a video that those who do not follow see first.
	ActTrial   Action = "trial"
	ActReshare Action = "reshare"
	// ActRepost passes on what somebody else said as it stands, without words of ours: a
	// message that came in, or, where that is a sort of post, what has an address.
	ActRepost       Action = "repost"
	ActFind         Action = "find"
	ActEdit         Action = "edit"
	ActDelete       Action = "delete"
	ActDeleteReply  Action = "delete_reply"
	ActPin          Action = "pin"
	ActClose        Action = "close_comments"
	ActReply        Action = "reply"
	ActPrivateReply Action = "private_reply"
	ActReplyFiles   Action = "reply_files"
	ActLike         Action = "like"
	ActHide         Action = "hide"
	ActHold         Action = "hold"
	ActDeleteOthers Action = "delete_others"
	ActBan          Action = "ban"
	ActMute         Action = "mute"
	// ActBlockMessages is the private messages of one person alone; what they say in
	// public stays.
	ActBlockMessages Action = "block_messages"
	ActWebhook       Action = "webhook"
	ActPoll          Action = "poll"
	// What is told of people: that they name us elsewhere than below our posts, that they
	// begin to follow, and that they stop.
	ActMention  Action = "mention"
	ActFollow   Action = "follow"
	ActUnfollow Action = "unfollow"
	ActMeasure  Action = "measure"
	ActInsights Action = "insights"
	ActQuota    Action = "quota"
	ActOAuth    Action = "oauth"
)

// Actions lists all actions in the order of the matrix.
func Actions() []Action {
	return []Action{ActPublish, ActThread, ActImage, ActCarousel, ActVideo, ActDocument, ActLink, ActReel, ActStory, ActQuestion, ActFirstComment, ActAltText, ActSubtitles, ActCover,
		ActAILabel, ActPaidLabel, ActTagPeople, ActPlace, ActCommunity, ActTrial, ActReshare, ActRepost, ActFind, ActEdit, ActDelete, ActDeleteReply, ActPin, ActClose, ActReply, ActPrivateReply, ActReplyFiles, ActLike, ActHide,
		ActHold, ActDeleteOthers, ActBan, ActMute, ActBlockMessages, ActWebhook, ActPoll, ActMention, ActFollow, ActUnfollow, ActMeasure, ActInsights, ActQuota, ActOAuth}
}

// Can says what a driver can do: by its interfaces and limits, less what it says
// it cannot or not yet.
func Can(d Driver, action Action) bool {
	p := d.Profile()
	if _, no := p.Cannot[action]; no || slices.Contains(p.Later, action) {
		return false
	}
	l := p.Limits
	switch action {
	case ActPublish:
		return is[Publisher](d) || is[Stepper](d)
	case ActThread:
		return l.Thread
	case ActImage:
		return l.Media.MaxItems > 0 && len(l.Media.Image.Types) > 0
	case ActCarousel:
		return l.Media.MaxItems > 1
	case ActVideo:
		return len(l.Media.Video.Types) > 0
	case ActDocument:
		return len(l.Media.Document.Types) > 0
	case ActLink: // drivers carry an address in one way or another, or say that they cannot
		return is[Publisher](d) || is[Stepper](d)
	case ActReel:
		_, ok := l.Kinds[Reel]
		return ok
	case ActStory:
		_, ok := l.Kinds[Story]
		return ok
	case ActQuestion:
		return l.Poll != nil
	case ActFirstComment:
		return l.Thread || l.Comment && is[Replier](d)
	case ActAltText:
		return l.Media.AltMax > 0
	case ActSubtitles:
		return l.subtitles(is[Subtitler](d))
	case ActCover:
		return l.covers(is[Coverer](d))
	case ActAILabel:
		return l.AILabel
	case ActPaidLabel:
		return l.PaidLabel
	case ActTagPeople:
		return l.tags()
	case ActPlace:
		return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Name == OptionPlace })
	case ActCommunity:
		return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Name == OptionCommunity })
	case ActTrial:
		return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Name == OptionTrial })
	case ActReshare:
		return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Name == OptionReshare })
	}
	return acts(d, action)
}

func acts(d Driver, action Action) bool {
	switch action {
	case ActRepost:
		_, own := d.Profile().Limits.Kinds[PassedOn]
		return own || is[Reposter](d)
	case ActFind:
		return is[Finder](d)
	case ActEdit:
		return is[Editor](d)
	case ActDelete, ActDeleteReply:
		return is[Deleter](d)
	case ActPin:
		return is[Pinner](d)
	case ActClose:
		return is[Closer](d)
	case ActReply, ActPrivateReply:
		return is[Replier](d)
	case ActReplyFiles:
		l := d.Profile().Limits
		return is[Replier](d) && (l.ReplyMedia != nil || l.MessageMedia != nil)
	case ActLike:
		return is[Liker](d)
	case ActHide:
		return is[Hider](d)
	case ActHold:
		return is[Holder](d)
	case ActDeleteOthers:
		return is[Remover](d)
	case ActBan:
		return is[Banner](d)
	case ActMute:
		return is[Muter](d)
	case ActBlockMessages:
		return is[MessageBlocker](d)
	case ActWebhook:
		return is[Knocker](d) || d.Profile().Host != ""
	case ActPoll:
		return is[Reader](d)
	case ActMention, ActFollow, ActUnfollow: // whoever tells anything tells these, or says that it cannot
		return is[Decoder](d) && (is[Reader](d) || is[Knocker](d))
	case ActMeasure:
		return is[Measurer](d)
	case ActInsights:
		return is[Insighter](d)
	case ActQuota:
		return is[Quoter](d)
	case ActOAuth:
		return is[Authorizer](d)
	}
	return false
}

func is[T any](d Driver) bool {
	_, ok := d.(T)
	return ok
}
