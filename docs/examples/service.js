// A service that signs people in and out behind the gateway. Node's standard library alone.
//   PORT=3000 node service.js
const http = require("node:http");

// Values travel as JSON in ASCII: everything else is escaped.
const json = (value) =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

const escapeHTML = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

http.createServer((req, res) => {
  const session = JSON.parse(req.headers["x-session"] ?? "{}");
  const flash = JSON.parse(req.headers["x-flash"] ?? "{}");
  let body = "";
  req.setEncoding("utf8").on("data", (part) => (body += part)).on("end", () => {
    if (req.method === "POST" && req.url === "/sign-in") {
      const name = new URLSearchParams(body).get("name") ?? "";
      res.setHeader("X-Session-Set", json({ user_id: 42, name }));
      res.setHeader("X-Session-Renew", "1");
      res.setHeader("X-Flash-Add", json({ success: `Welcome, ${name}.` }));
      res.writeHead(303, { Location: "/" }).end();
    } else if (req.method === "POST" && req.url === "/sign-out") {
      res.setHeader("X-Session-Clear", "1");
      res.setHeader("X-Flash-Add", json({ success: "Bye." }));
      res.writeHead(303, { Location: "/" }).end();
    } else {
      const messages = Object.values(flash).flat().map((text) => `<p>${escapeHTML(text)}</p>`).join("");
      res.setHeader("Content-Type", "text/html; charset=utf-8");
      res.end(`${messages}<h1>Hello, ${escapeHTML(session.name ?? "stranger")}</h1>\n`);
    }
  });
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
