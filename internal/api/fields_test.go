package api_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kithhq/kith/internal/store/storetest"
)

// What the texts are that requests carry in their query and their body: one line for
// each operation that takes any. A date, a file and a choice of few words need no word
// here, the schema says what they are.
//
//	id       of something of a workspace: the tests of strangers put another's there
//	among    names something of the same request; what names nothing there is not kept
//	address  of a post on a network, which may be somebody else's
//	cursor   of a list
//	network  an id or a word that a network gave
//	secret   opens something by itself; who has it was given it
//	words    of people, or a name of ours
//	stage    for the pretended networks, which belong to no workspace
const texts = `
listAsides         ?cursor=cursor ?channel=id
listAudit          ?cursor=cursor ?verb=words
getAvatar          ?v=words
connectChannel     .network=words .reading_budget=words .settings{key}=words .settings{}=network
authorizeChannel   .network=words .settings{key}=words .settings{}=network .channel=id
reconnectChannel   .settings{key}=words .settings{}=network
listConversations  ?cursor=cursor ?channel=id ?person=id
listMessages       ?cursor=cursor
checkReply         .text=words .message_id=id .media[].id=id .media[].alt=words .media[].cover=among .media[].tags[].name=network
listChoices        ?of=network ?q=network
listTemplates      ?conversation=id
reply              .text=words .message_id=id .media[].id=id .media[].alt=words .media[].cover=among .media[].tags[].name=network
replyWithTemplate  .message_id=id .template=network .values{key}=words .values{}=words
addDevice          .agent=words .endpoint=secret .auth=secret .p256dh=secret
chooseAccounts     .accounts[]=id .reading_budget=words
invite             .email=words .channels[]=id
getInvitation      ?token=secret
acceptInvitation   .token=secret .name=words .password=secret
changeMe           .name=words
changePassword     .current=secret .new=secret
forgotPassword     .email=words
resetPassword      .token=secret .password=secret
signIn             .email=words .password=secret
setUp              .code=secret .email=words .password=secret .name=words .workspace=words .zone=words
listAccountFigures ?channel=id
listMeasures       ?cursor=cursor ?channel=id
uploadMedia        .alt=words
describeMedia      .alt=words
getSubtitles       ?format=words
changeMember       .channels[]=id
keepNetworkApp     .app_id=network .secret=secret .verify=secret .extra{key}=words .extra{}=network
listPeople         ?cursor=cursor ?q=words
notePerson         .note=words
listPosts          ?cursor=cursor ?channel=id ?q=words
createPost         @parts .publications[].channel_id=id @publications
changePost         @parts .publications[].channel_id=id @publications
checkPost          @parts .channels[].channel_id=id @channels
countByHand        .counts{key}=words
publishedByHand    .url=address .proof=id
editPublication    .text=words .title=words
resolvePublication .url=words
actOnSeveral       .conversations[]=id .messages[]=id
skipByHand         .reason=words
snoozeByHand       .reason=words
search             ?cursor=cursor ?q=words ?channel=id
listVerdicts       ?cursor=cursor
setReadingBudget   .amount=words
exportSpending     ?from=words ?to=words
undoVerdict        .reason=words
createToken        .name=words .scopes[]=words
changeWorkspace    .name=words .zone=words
setStageClock      {}=stage
getStageSettings   ?network=stage
getLedger          ?network=stage ?account=stage ?action=stage ?after=stage ?text=stage
listCast           ?mood=stage ?lang=stage
listStagePosts     ?network=stage ?account=stage
startScenario      {}=stage
talk               {}=stage
addMishap          {}=stage
setWeather         {}=stage
`

// What a post is made of, wherever one is written.
const (
	partTexts   = ".text=words .title=words .link=words .poll.options[]=words .media[].id=id .media[].alt=words .media[].cover=id .media[].tags[].name=network"
	targetTexts = ".options{key}=network .options{}=network .hand.note=words .hand.more[]=network .hand.crops{key}=among"
)

// known reads the table: operation, then text, then what it is.
func known() map[string]map[string]string {
	under := func(list, prefix string) (all []string) {
		for _, f := range strings.Fields(list) {
			all = append(all, prefix+f)
		}
		return all
	}
	all := map[string]map[string]string{}
	for line := range strings.Lines(texts) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		of := map[string]string{}
		for i := 1; i < len(words); i++ {
			if list, short := strings.CutPrefix(words[i], "@"); short {
				words = append(words, under(partTexts, "."+list+"[]"+map[bool]string{true: "", false: ".parts[]"}[list == "parts"])...)
				if list != "parts" {
					words = append(words, under(targetTexts, "."+list+"[]")...)
				}
				continue
			}
			at, is, _ := strings.Cut(words[i], "=")
			of[at] = is
		}
		all[words[0]] = of
	}
	return all
}

// textsOf lists the texts that a schema lets a body carry, by where they stand: .name of
// an object, [] of a list, {} and {key} of a map.
func textsOf(s map[string]any, schemas map[string]map[string]any, at string) (all []string) {
	if ref, is := s["$ref"].(string); is {
		return textsOf(schemas[ref[strings.LastIndex(ref, "/")+1:]], schemas, at)
	}
	for _, word := range []string{"anyOf", "oneOf", "allOf"} {
		some, _ := s[word].([]any)
		for _, one := range some {
			all = append(all, textsOf(one.(map[string]any), schemas, at)...)
		}
	}
	kinds, _ := s["type"].([]any)
	if kind, is := s["type"].(string); is {
		kinds = []any{kind}
	}
	if slices.Contains(kinds, any("string")) && s["enum"] == nil && s["format"] != "date-time" && s["format"] != "binary" {
		all = append(all, at)
	}
	properties, _ := s["properties"].(map[string]any)
	for name, one := range properties {
		all = append(all, textsOf(one.(map[string]any), schemas, at+"."+name)...)
	}
	if items, is := s["items"].(map[string]any); is {
		all = append(all, textsOf(items, schemas, at+"[]")...)
	}
	switch more := s["additionalProperties"].(type) {
	case bool:
		if more {
			all = append(all, at+"{}")
		}
	case map[string]any:
		all = append(append(all, at+"{key}"), textsOf(more, schemas, at+"{}")...)
	}
	return all
}

// bend changes the texts at one place of a value, which must be there.
func bend(v any, at string, change func(string) string) (any, error) {
	if at == "" {
		text, is := v.(string)
		if !is {
			return nil, fmt.Errorf("%v is no text", v)
		}
		return change(text), nil
	}
	step := regexp.MustCompile(`^(\[\]|\{key\}|\{\}|\.[^.\[{]+)`).FindString(at)
	rest := at[len(step):]
	var err error
	switch of := v.(type) {
	case []any:
		if step != "[]" || len(of) == 0 {
			return nil, fmt.Errorf("%s leads nowhere", at)
		}
		for i := range of {
			if of[i], err = bend(of[i], rest, change); err != nil {
				return nil, err
			}
		}
		return of, nil
	case map[string]any:
		names := slices.Collect(maps.Keys(of))
		if step[0] == '.' {
			names = []string{step[1:]}
		}
		for _, name := range names {
			if step == "{key}" {
				is := of[name]
				delete(of, name)
				of[change(name)] = is
			} else if of[name], err = bend(of[name], rest, change); err != nil {
				return nil, fmt.Errorf("%s: %w", step, err)
			}
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%s leads nowhere", at)
		}
		return of, nil
	}
	return nil, fmt.Errorf("%s leads nowhere in %v", at, v)
}

// A text that a request may carry and that nobody thought about may be the id of
// something that is not the asker's.
func TestOfEveryTextInARequestItIsKnownWhatItIs(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	left := known()
	for _, e := range p.endpoints() {
		of := left[e.name]
		for _, at := range e.texts {
			if !slices.Contains([]string{"id", "among", "address", "cursor", "network", "secret", "words", "stage"}, of[at]) {
				t.Errorf("%s %s (%s): what is %s? Say it in the table.", e.method, e.path, e.name, at)
			}
			delete(of, at)
		}
		for at := range of {
			t.Errorf("%s has no %s", e.name, at)
		}
		delete(left, e.name)
	}
	for name := range left {
		t.Errorf("there is no operation %s that takes a text", name)
	}
}
