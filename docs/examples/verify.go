// Verifies X-Session-Signature with Go's standard library: that a request's session comes from the gateway. See
// docs/services.md.
//
// As a program it reads {"method", "target", "headers", "key", "audience", "age"} as JSON from standard input, as
// verify.py does. The key is a JWK: {"kty": "oct", "k": …} for HS256, what `gateway secret --public` prints for EdDSA.
package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"
)

type request struct {
	Method, Target string
	Headers        map[string]string
	Key            map[string]string
	Audience       string
	Age            float64
}

// verify returns the signed fields by their names in lower case. The target is http.Request.RequestURI.
func verify(r request) (map[string]string, error) {
	parts := strings.Split(r.Headers["x-session-signature"], ".")
	if len(parts) != 3 || parts[1] != "" {
		return nil, errors.New("there is no signature")
	}
	encoding := base64.RawURLEncoding
	text, err := encoding.DecodeString(parts[0])
	if err != nil {
		return nil, err
	}
	var header struct {
		Alg, Typ, Aud string
		Iat           float64
		Fields        []string
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, err
	}
	// The key says the algorithm, never the message: else a public key could be taken for an HMAC secret.
	algorithm := "EdDSA"
	if r.Key["kty"] == "oct" {
		algorithm = "HS256"
	}
	if header.Typ != "gateway-session" || header.Alg != algorithm {
		return nil, errors.New("this is another kind of signature")
	}
	if header.Aud != r.Audience {
		return nil, errors.New("this was signed for another service")
	}
	if math.Abs(float64(time.Now().Unix())-header.Iat) > r.Age {
		return nil, errors.New("this was signed too long ago, or a clock is wrong")
	}
	// Each line ends in a line feed; a field that is not there is an empty line.
	content := r.Method + "\n" + r.Target + "\n"
	fields := map[string]string{}
	for _, name := range header.Fields {
		fields[name] = r.Headers[name]
		content += r.Headers[name] + "\n"
	}
	input := []byte(parts[0] + "." + encoding.EncodeToString([]byte(content)))
	signature, err := encoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	good := false
	if algorithm == "HS256" {
		key, err := encoding.DecodeString(r.Key["k"])
		if err != nil {
			return nil, err
		}
		code := hmac.New(sha256.New, key)
		code.Write(input)
		good = hmac.Equal(signature, code.Sum(nil))
	} else {
		key, err := encoding.DecodeString(r.Key["x"])
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, errors.New("this is no public key")
		}
		good = ed25519.Verify(key, input, signature)
	}
	if !good {
		return nil, errors.New("the signature is not good")
	}
	return fields, nil
}

func main() {
	var r request
	err := json.NewDecoder(os.Stdin).Decode(&r)
	if err == nil {
		if r.Age == 0 {
			r.Age = 60
		}
		var fields map[string]string
		if fields, err = verify(r); err == nil {
			json.NewEncoder(os.Stdout).Encode(fields)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "refused:", err)
	os.Exit(1)
}
