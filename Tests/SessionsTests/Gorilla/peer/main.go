// The other side of the gorilla tests: makes session cookies with gorilla/sessions, or says what is in those it is given.
//
//	main make SEED COUNT HASH [BLOCK]   prints COUNT cookies of random values
//	main read HASH [BLOCK]              reads cookies, one a line, from standard input
//
// Prints a line for each: the cookie, the values as JSON, and as JSON their Go types and text; between tabs. A cookie that
// does not open is `error` and why.
package main

import (
	"bufio"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"time"

	"github.com/gorilla/sessions"
)

const name = "_buffalo_session"

type account struct {
	ID    int
	Email string
	Tags  []string
	Extra interface{}
}

type colour string

func main() {
	gob.Register(account{})
	gob.Register(time.Time{})
	gob.Register(map[string]string{})
	gob.Register(colour(""))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch os.Args[1] {
	case "make":
		seed, _ := strconv.ParseInt(os.Args[2], 10, 64)
		count, _ := strconv.Atoi(os.Args[3])
		store := newStore(os.Args[4:])
		random := rand.New(rand.NewSource(seed))
		for i := 0; i < count; i++ {
			values := randomValues(random)
			fmt.Fprintf(out, "%s\t%s\n", save(store, values), describe(values))
		}
	case "read":
		store := newStore(os.Args[2:])
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			request := httptest.NewRequest("GET", "/", nil)
			request.AddCookie(&http.Cookie{Name: name, Value: lines.Text()})
			session, err := store.Get(request, name)
			if err != nil {
				fmt.Fprintf(out, "error\t%v\t\n", err)
				continue
			}
			fmt.Fprintf(out, "%s\t%s\n", lines.Text(), describe(session.Values))
		}
	}
}

func newStore(keys []string) *sessions.CookieStore {
	var pairs [][]byte
	for _, key := range keys {
		pairs = append(pairs, []byte(key))
	}
	return sessions.NewCookieStore(pairs...)
}

func save(store *sessions.CookieStore, values map[interface{}]interface{}) string {
	request := httptest.NewRequest("GET", "/", nil)
	session, _ := store.New(request, name)
	session.Values = values
	recorder := httptest.NewRecorder()
	if err := session.Save(request, recorder); err != nil {
		log.Fatal(err)
	}
	return recorder.Result().Cookies()[0].Value
}

// describe gives the values as JSON, and what Go says of each.
func describe(values map[interface{}]interface{}) string {
	plain := map[string]interface{}{}
	typed := map[string]string{}
	for key, value := range values {
		if text, ok := key.(string); ok {
			plain[text] = value
			typed[text] = fmt.Sprintf("%T %#v", value, value)
		} else {
			typed[fmt.Sprintf("%T %#v", key, key)] = fmt.Sprintf("%T %#v", value, value)
		}
	}
	first, err := json.Marshal(plain)
	if err != nil {
		log.Fatal(err)
	}
	second, err := json.Marshal(typed)
	if err != nil {
		log.Fatal(err)
	}
	return string(first) + "\t" + string(second)
}

func randomValues(random *rand.Rand) map[interface{}]interface{} {
	values := map[interface{}]interface{}{}
	for i := random.Intn(9); i >= 0; i-- {
		values[fmt.Sprintf("k%d", random.Intn(20))] = randomValue(random, 0)
	}
	// What services cannot see: types of the application's own, under names of their own, and a key that is no string.
	if random.Intn(3) == 0 {
		values["x_account"] = account{random.Int(), randomText(random), []string{"a"}, []string{randomText(random)}}
	}
	if random.Intn(4) == 0 {
		values["x_time"] = time.Unix(random.Int63n(1<<33), 0).UTC()
	}
	if random.Intn(4) == 0 {
		values["x_map"] = map[string]string{"k": randomText(random)}
	}
	if random.Intn(4) == 0 {
		values["x_colour"] = colour("red")
	}
	if random.Intn(4) == 0 {
		values["x_list"] = []interface{}{account{ID: random.Int()}, nil, []interface{}{account{Email: "e"}}}
	}
	if random.Intn(4) == 0 {
		values["x_ints"] = []int{random.Int(), -1}
	}
	if random.Intn(4) == 0 {
		values[random.Intn(1000)] = "under a number"
	}
	if random.Intn(3) == 0 {
		values["_flash_"] = []byte(`{"success":["` + strconv.Itoa(random.Int()) + `"]}`)
	}
	return values
}

func randomText(random *rand.Rand) string {
	runes := make([]rune, random.Intn(12))
	for i := range runes {
		runes[i] = []rune("ab \"\\\n\tz\u00e9\u2028\U0001F600<")[random.Intn(12)]
	}
	return string(runes)
}

func randomInt(random *rand.Rand) int64 {
	return int64(random.Uint64()) >> random.Intn(64)
}

func randomValue(random *rand.Rand, depth int) interface{} {
	kinds := 19
	if depth > 3 {
		kinds = 17
	}
	switch random.Intn(kinds) {
	case 0:
		return nil
	case 1:
		return random.Intn(2) == 0
	case 2:
		return int(randomInt(random))
	case 3:
		return int8(randomInt(random))
	case 4:
		return int16(randomInt(random))
	case 5:
		return int32(randomInt(random))
	case 6:
		return randomInt(random)
	case 7:
		return uint(randomInt(random))
	case 8:
		return uint8(randomInt(random))
	case 9:
		return uint16(randomInt(random))
	case 10:
		return uint32(randomInt(random))
	case 11:
		return uint64(randomInt(random))
	case 12:
		return float32(math.Ldexp(random.NormFloat64(), random.Intn(80)-40))
	case 13:
		return math.Ldexp(random.NormFloat64(), random.Intn(400)-200)
	case 14:
		bytes := make([]byte, random.Intn(40))
		random.Read(bytes)
		return bytes
	case 15:
		texts := make([]string, random.Intn(4))
		for i := range texts {
			texts[i] = randomText(random)
		}
		return texts
	case 16:
		return randomText(random)
	default:
		values := make([]interface{}, random.Intn(4))
		for i := range values {
			values[i] = randomValue(random, depth+1)
		}
		return values
	}
}
