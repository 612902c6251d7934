using Godzilla.Gateway.AccessLog;
using Godzilla.Gateway.Forwarding;
using Godzilla.Gateway.Headers;
using Godzilla.Gateway.Origins;
using Godzilla.Gateway.Sessions;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.UseInlineSockets();
builder.AddServiceDefaults();
builder.AddRedis("redis");
builder.Services.AddSessions();
builder.Services.AddOrigins();
builder.AddForwarding();
builder.Services.AddAccessLog();
builder.Services.AddDrain();

var app = builder.Build();
app.UseAccessLog();
app.UseDrain();
app.UseServiceDefaults();
app.UseClientHeaderFilter();
app.UseOriginCheck();
app.UseSessions();
app.MapDefaultEndpoints();
app.MapForwarding();
return await app.RunServiceAsync();
