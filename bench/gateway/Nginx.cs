namespace Gateway.Bench;

/// <summary>Configurations of nginx.</summary>
internal static class Nginx
{
    /// <summary>Answers every request with about 200 bytes of JSON that name the user.</summary>
    internal static Task<Server> StartUpstreamAsync(string folder) => StartAsync(
        folder, "upstream", modules: "", http: "",
        location: """return 200 '{"status":"success","data":{"user":"$http_x_authenticated_user","items":[{"id":1,"text":"so the bird flew over the sea"},{"id":2,"text":"and came back by the evening"}],"next_cursor":null,"padding":"0123456789"}}';""");

    /// <summary>Forwards without looking at anything.</summary>
    internal static Task<Server> StartProxyAsync(string folder, int upstream) => StartAsync(
        folder, "proxy", modules: "", Upstream(upstream), Pass);

    /// <summary>
    /// What the original does on each request, with connections to Redis and to the upstream kept open: the cookie's shape, its session in
    /// Redis, the user in a header.
    /// </summary>
    internal static Task<Server> StartWithSessionsAsync(string folder, int upstream, int redis) => StartAsync(
        folder, "sessions",
        modules: "load_module modules/ndk_http_module.so; load_module modules/ngx_http_lua_module.so;",
        Upstream(upstream),
        $$"""
        access_by_lua_block {
          local function refuse(status, message)
            ngx.status = status
            ngx.header["Content-Type"] = "application/json"
            ngx.say('{"status":"error","message":"' .. message .. '"}')
            return ngx.exit(status)
          end
          local token = ngx.var.cookie_auth_token
          if not token or not ngx.re.find(token, "^[a-zA-Z0-9_-]{1,128}$", "jo") then return refuse(401, "Unauthorized") end
          local redis = require("nginx.redis"):new()
          redis:set_timeout(1000)
          if not redis:connect("127.0.0.1", {{redis}}) then return refuse(500, "Internal server error.") end
          local user, failure = redis:get("session:" .. token)
          redis:set_keepalive(10000, 100)
          if failure then return refuse(500, "Internal server error.") end
          if not user or user == ngx.null then return refuse(401, "Unauthorized") end
          ngx.req.set_header("X-Authenticated-User", user)
        }
        {{Pass}}
        """);

    private const string Pass = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://upstream;""";

    private static string Upstream(int port) =>
        $$"""upstream upstream { server 127.0.0.1:{{port}}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 1h; }""";

    private static Task<Server> StartAsync(string folder, string name, string modules, string http, string location)
    {
        var port = Server.FreePort();
        var root = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        var configuration = Path.Combine(root, "nginx.conf");
        modules = modules.Replace("modules/", "/usr/lib/nginx/modules/", StringComparison.Ordinal);
        File.WriteAllText(configuration, $$"""
            {{modules}}
            worker_processes 1;
            daemon off;
            pid {{root}}/pid;
            error_log {{root}}/error.log error;
            events { worker_connections 4096; }
            http {
              access_log off;
              default_type application/json;
              keepalive_requests 1000000000;
              keepalive_timeout 1h;
              client_body_temp_path {{root}}/body; proxy_temp_path {{root}}/proxy; fastcgi_temp_path {{root}}/fastcgi;
              uwsgi_temp_path {{root}}/uwsgi; scgi_temp_path {{root}}/scgi;
              {{http}}
              server { listen 127.0.0.1:{{port}}; location / { {{location}} } }
            }
            """);
        return Server.StartAsync(root, port, "nginx", ["-p", root, "-e", Path.Combine(root, "error.log"), "-c", configuration]);
    }
}
