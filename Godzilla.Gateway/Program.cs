using Godzilla.Gateway.Identity;
using Godzilla.Gateway.Origins;
using Godzilla.Gateway.Routing;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis("redis");
builder.Services.AddSessions();
builder.Services.AddOrigins();
builder.AddRouting();

var app = builder.Build();
app.UseServiceDefaults();
app.UseClientHeaderFilter();
app.UseOriginCheck();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapGateway();
app.Run();
