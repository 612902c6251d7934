// A service whose endpoints are its own settings' business: one for HTTP/1.1, one for HTTP/2.
var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapGet("/", (HttpContext context) => context.Request.Protocol);
app.MapGet("/health", () => Results.Ok());
await app.RunAsync();
