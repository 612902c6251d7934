extern alias presence;

using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Registration;
using Godzilla.Accounts.Tokens;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Presence;
using Godzilla.Chat.SocketIo;
using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.ClientAddress;
using Godzilla.Gateway.Hosts;
using Godzilla.Gateway.Limits;
using Godzilla.Gateway.Origins;
using Godzilla.Gateway.RateLimits;
using Godzilla.Gateway.SecurityHeaders;
using Godzilla.Inference.Admission;
using Godzilla.Inference.Generation;
using Godzilla.Inference.Models;
using Godzilla.Inference.Resumption;
using Godzilla.Inference.Upstreams;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using presence::Godzilla.Presence.Grpc;
using presence::Godzilla.Presence.Leases;

namespace Godzilla.Tests.Unit;

/// <summary>A value that an option must not have is one line that names the key and says what it may be.</summary>
public sealed class OptionsTests
{
    private static readonly Dictionary<string, Action<IServiceCollection>> Sections = new(StringComparer.Ordinal)
    {
        ["Identity"] = services => services.AddIdentitySigner(),
        ["ClientAddress"] = services => services.AddClientAddress(),
        ["AllowedHosts"] = services => services.AddAllowedHosts(isDevelopment: false),
        ["Limits"] = services => services.AddLimits(),
        ["Hsts"] = services => services.AddSecurityHeaders(),
        ["Origins"] = services => services.AddOrigins(),
        ["SessionLifetime"] = services => Godzilla.Accounts.Sessions.SessionExtensions.AddSessions(services),
        ["Audit"] = services => services.AddAudit(),
        ["ApiKeys"] = services => services.AddApiKeys(),
        ["Registration"] = services => services.AddRegistration(),
        ["Tokens"] = services => services.AddTokens(),
        ["AccessTokens"] = services => services.AddBearer(),
        ["Passwords"] = services => Godzilla.Accounts.Passwords.PasswordExtensions.AddPasswords(services),
        ["Guessing"] = services => Godzilla.Accounts.Passwords.PasswordExtensions.AddPasswords(services),
        ["SessionCache"] = services => Godzilla.Gateway.Sessions.SessionExtensions.AddSessions(services),
        ["RateLimits"] = services => services.AddRateLimits(),
        ["SessionEndings"] = services => services.AddConnectionRegistry(),
        ["SocketIo"] = services => services.AddSocketIo(),
        ["Discussions"] = services => Godzilla.Chat.Discussions.DiscussionExtensions.AddDiscussions(services),
        ["SendLimit"] = services => Godzilla.Chat.Messages.MessageExtensions.AddMessages(services),
        ["Presence"] = services => services.AddPresence(),
        ["Online"] = services => services.AddPresenceState(),
        ["Typing"] = services => services.AddPresenceState(),
        ["Watching"] = services => services.AddPresenceState(),
        ["Unsigned"] = services => services.AddPresenceGrpc(),
        ["Models"] = AddServedModels,
        ["Upstreams"] = AddServedModels,
        ["Admission"] = services => services.AddAdmission(),
        ["Generation"] = services => services.AddGeneration(),
        ["Resumption"] = services => services.AddResumption(),
    };

    [Theory]
    [InlineData("Identity:Service", "", "Identity:Service is missing; the app host sets it.")]
    [InlineData("Identity:Callers:gateway:Key", "short", "Identity:Callers:gateway:Key must have at least 32 characters; the app host sets it.")]
    [InlineData("Identity:Callers:gateway:NextKey", "short", "Identity:Callers:gateway:NextKey must have at least 32 characters; the app host sets it.")]
    [InlineData("Identity:Callees:chat:Key", "short", "Identity:Callees:chat:Key must have at least 32 characters; the app host sets it.")]
    [InlineData("Identity:Lifetime", "00:00:00", "Identity:Lifetime must be between 00:00:01 and 00:05:00.")]
    [InlineData("Identity:Lifetime", "00:05:01", "Identity:Lifetime must be between 00:00:01 and 00:05:00.")]
    [InlineData("Tokens:Secret", "", "Tokens:Secret must have at least 32 characters; the app host sets it.")]
    [InlineData("Tokens:Secret", "short", "Tokens:Secret must have at least 32 characters; the app host sets it.")]
    [InlineData("Tokens:Issuer", "", "Tokens:Issuer must not be empty.")]
    [InlineData("Tokens:Audience", "", "Tokens:Audience must not be empty.")]
    [InlineData("Tokens:AccessLifetime", "1.00:00:01", "Tokens:AccessLifetime must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Tokens:RefreshLifetime", "00:00:59", "Tokens:RefreshLifetime must be between 00:01:00 and 90.00:00:00.")]
    [InlineData("Tokens:FamilyLifetime", "00:00:59", "Tokens:FamilyLifetime must be between 00:01:00 and 3650.00:00:00.")]
    [InlineData("Tokens:KeyLifetime", "23:59:59", "Tokens:KeyLifetime must be between 1.00:00:00 and 365.00:00:00.")]
    [InlineData("Tokens:MaxPerUser", "0", "Tokens:MaxPerUser must be between 1 and 1000.")]
    [InlineData("AccessTokens:Issuer", "", "AccessTokens:Issuer must not be empty.")]
    [InlineData("AccessTokens:Audience", "", "AccessTokens:Audience must not be empty.")]
    [InlineData("AccessTokens:KeySetLifetime", "1.00:00:01", "AccessTokens:KeySetLifetime must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Origins:Allowed:0", "https://godzilla.example/path", "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")]
    [InlineData("Origins:Allowed:0", "https://godzilla.example/", "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")]
    [InlineData("Origins:Allowed:0", "godzilla.example", "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")]
    [InlineData("Origins:Allowed:0", "ftp://godzilla.example", "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")]
    [InlineData("Origins:Allowed:0", "*", "Origins:Allowed must hold origins such as https://godzilla.example, without a path.")]
    [InlineData("ClientAddress:TrustedProxies:0", "proxy.example", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "10", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "10.0.0.0/33", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "[::1]:80", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "10.0.0.7:80", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "0.0.0.0/0", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "::/0", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:TrustedProxies:0", "", "ClientAddress:TrustedProxies must hold addresses such as 10.0.0.7 or networks such as 10.0.0.0/24, and none that holds everybody.")]
    [InlineData("ClientAddress:ForwardLimit", "0", "ClientAddress:ForwardLimit must be between 1 and 16.")]
    [InlineData("AllowedHosts", "", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", ";", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "https://godzilla.example", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "godzilla.example:443", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "godzilla.example/path", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "*.", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "::1", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "godzilla.*", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("AllowedHosts", "a b", "AllowedHosts must hold hosts such as godzilla.example or *.godzilla.example, separated by semicolons and without scheme, port or path.")]
    [InlineData("Limits:RequestLineSize", "255", "Limits:RequestLineSize must be between 256 and 65536.")]
    [InlineData("Limits:HeadersSize", "1023", "Limits:HeadersSize must be between 1024 and 1048576.")]
    [InlineData("Limits:HeaderCount", "9", "Limits:HeaderCount must be between 10 and 1000.")]
    [InlineData("Limits:BodySize", "-1", "Limits:BodySize must be between 0 and 1073741824.")]
    [InlineData("Limits:HeadersTime", "00:00:00.9", "Limits:HeadersTime must be between 00:00:01 and 00:05:00.")]
    [InlineData("Limits:BodyTime", "01:00:01", "Limits:BodyTime must be between 00:00:01 and 01:00:00.")]
    [InlineData("Limits:BodyBytesPerSecond", "0", "Limits:BodyBytesPerSecond must be between 1 and 1048576.")]
    [InlineData("Limits:KeepAliveTime", "00:00:00", "Limits:KeepAliveTime must be between 00:00:01 and 01:00:00.")]
    [InlineData("Limits:Connections", "0", "Limits:Connections must be between 1 and 1000000.")]
    [InlineData("Limits:ConnectionsPerAddress", "0", "Limits:ConnectionsPerAddress must be between 1 and 1000000.")]
    [InlineData("Limits:ConnectionsPerLoopbackAddress", "0", "Limits:ConnectionsPerLoopbackAddress must be between 1 and 1000000.")]
    [InlineData("Hsts:MaxAge", "3650.00:00:01", "Hsts:MaxAge must be between 00:00:00 and 3650.00:00:00.")]
    [InlineData("SessionLifetime:Absolute", "00:00:59", "SessionLifetime:Absolute must be between 00:01:00 and 30.00:00:00.")]
    [InlineData("SessionLifetime:Absolute", "30.00:00:01", "SessionLifetime:Absolute must be between 00:01:00 and 30.00:00:00.")]
    [InlineData("SessionLifetime:Remembered", "365.00:00:01", "SessionLifetime:Remembered must be between 00:01:00 and 365.00:00:00.")]
    [InlineData("SessionLifetime:Idle", "00:01:59", "SessionLifetime:Idle must be between 00:02:00 and 30.00:00:00.")]
    [InlineData("SessionLifetime:MaxPerUser", "0", "SessionLifetime:MaxPerUser must be between 1 and 1000.")]
    [InlineData("Audit:KeepFor", "23:59:59", "Audit:KeepFor must be between 1.00:00:00 and 3650.00:00:00.")]
    [InlineData("Audit:MaxFailuresPerMinute", "0", "Audit:MaxFailuresPerMinute must be between 1 and 1000.")]
    [InlineData("ApiKeys:MaxPerUser", "10001", "ApiKeys:MaxPerUser must be between 1 and 10000.")]
    [InlineData("Registration:Mode", "Friends", "Registration:Mode must be open, invite or closed.")]
    [InlineData("Registration:InvitationLifetime", "00:00:59", "Registration:InvitationLifetime must be between 00:01:00 and 365.00:00:00.")]
    [InlineData("Passwords:Iterations", "9999", "Passwords:Iterations must be between 10000 and 10000000.")]
    [InlineData("Passwords:MaxWaiting", "0", "Passwords:MaxWaiting must be between 1 and 10000.")]
    [InlineData("Passwords:MaxWaitingPerAddress", "0", "Passwords:MaxWaitingPerAddress must be between 1 and 10000.")]
    [InlineData("Passwords:MaxWaitingPerAddress", "129", "Passwords:MaxWaitingPerAddress must not exceed Passwords:MaxWaiting.")]
    [InlineData("Guessing:Failures", "0", "Guessing:Failures must be between 1 and 1000.")]
    [InlineData("Guessing:FailuresPerAddress", "0", "Guessing:FailuresPerAddress must be between 1 and 100000.")]
    [InlineData("Guessing:Window", "1.00:00:01", "Guessing:Window must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Guessing:FirstWait", "00:00:00", "Guessing:FirstWait must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Guessing:FirstWait", "00:10:01", "Guessing:FirstWait must not exceed Guessing:MaxWait.")]
    [InlineData("Guessing:MaxWait", "1.00:00:01", "Guessing:MaxWait must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Guessing:KnownAddresses", "0", "Guessing:KnownAddresses must be between 1 and 1000.")]
    [InlineData("Guessing:KnownFor", "00:00:59", "Guessing:KnownFor must be between 00:01:00 and 365.00:00:00.")]
    [InlineData("SessionCache:MaxEntries", "99", "SessionCache:MaxEntries must be between 100 and 10000000.")]
    [InlineData("SessionCache:UnknownFor", "00:01:01", "SessionCache:UnknownFor must be between 00:00:00 and 00:01:00.")]
    [InlineData("RateLimits:Login:PerSecond", "0", "RateLimits:Login:PerSecond must be between 0.01 and 10000000.")]
    [InlineData("RateLimits:Registration:Burst", "0", "RateLimits:Registration:Burst must be between 1 and 10000000.")]
    [InlineData("RateLimits:Requests:PerSecond", "NaN", "RateLimits:Requests:PerSecond must be between 0.01 and 10000000.")]
    [InlineData("RateLimits:Requests:Burst", "10000001", "RateLimits:Requests:Burst must be between 1 and 10000000.")]
    [InlineData("RateLimits:MaxClients", "99", "RateLimits:MaxClients must be between 100 and 10000000.")]
    [InlineData("Discussions:Members", "1", "Discussions:Members must be between 2 and 10000.")]
    [InlineData("Discussions:Joined", "0", "Discussions:Joined must be between 1 and 10000.")]
    [InlineData("SendLimit:PerSecond", "0", "SendLimit:PerSecond must be between 1 and 100000.")]
    [InlineData("SendLimit:Burst", "100001", "SendLimit:Burst must be between 1 and 100000.")]
    [InlineData("SessionEndings:CheckEvery", "00:00:00", "SessionEndings:CheckEvery must be between 00:00:00.1 and 00:05:00.")]
    [InlineData("SocketIo:PingInterval", "00:00:29", "SocketIo:PingInterval must be between 00:00:00.1 and 00:00:28.")]
    [InlineData("SocketIo:PingTimeout", "00:02:01", "SocketIo:PingTimeout must be between 00:00:00.1 and 00:02:00.")]
    [InlineData("SocketIo:ConnectTimeout", "00:05:01", "SocketIo:ConnectTimeout must be between 00:00:00.1 and 00:05:00.")]
    [InlineData("SocketIo:MaxPayload", "32767", "SocketIo:MaxPayload must be between 32768 and 1048576.")]
    [InlineData("SocketIo:MaxQueuedBytes", "1023", "SocketIo:MaxQueuedBytes must be between 1024 and 67108864.")]
    [InlineData("Models:BuiltInPrice", "-1", "Models:BuiltInPrice must be between 0 and 1000000.")]
    [InlineData("Models:Served:m:Context", "0", "Models:Served:m:Context must be between 1 and 100000000.")]
    [InlineData("Models:Served:m:Id", "a b", "Models:Served:m:Id must have no spaces.")]
    [InlineData("Models:Served:m:Id", "godzilla-mini", "Models:Served:m:Id must be no other model's: 'godzilla-mini' is there already.")]
    [InlineData("Models:Served:m:Fallback", "nobody", "Models:Served:m:Fallback must be the id of another model that is served.")]
    [InlineData("Models:Served:m:Fallback", "m", "Models:Served:m:Fallback must be the id of another model that is served.")]
    [InlineData("Models:Served:n:Context", "1", "Models:Served:n:Upstreams must name at least one upstream.")]
    [InlineData("Models:Served:m:Upstreams:good:Weight", "0", "Models:Served:m:Upstreams:good:Weight must be between 1 and 1000.")]
    [InlineData("Models:Served:m:Upstreams:bad:Weight", "1", "Models:Served:m:Upstreams:bad must be one of Upstreams:Services.")]
    [InlineData("Upstreams:Services:good:Address", "models.example", "Upstreams:Services:good:Address must be the base of an API such as https://api.openai.com/v1.")]
    [InlineData("Upstreams:Services:good:KeyHeader", "api key", "Upstreams:Services:good:Key and KeyHeader must be a header's value and name.")]
    [InlineData("Upstreams:FirstToken", "00:00:00", "Upstreams:FirstToken must be between 00:00:00.1 and 00:10:00.")]
    [InlineData("Admission:Running", "0", "Admission:Running must be between 1 and 100000.")]
    [InlineData("Admission:Waiting", "-1", "Admission:Waiting must be between 0 and 100000.")]
    [InlineData("Generation:KeepAlive", "00:00:00", "Generation:KeepAlive must be between 00:00:00.1 and 00:05:00.")]
    [InlineData("Resumption:KeepFor", "00:00:00", "Resumption:KeepFor must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Presence:Deadline", "00:00:11", "Presence:Deadline must be between 00:00:00.1 and 00:00:10.")]
    [InlineData("Presence:RenewEvery", "00:00:31", "Presence:RenewEvery must be between 00:00:00.5 and 00:00:30.")]
    [InlineData("Online:Lease", "00:00:00", "Online:Lease must be between 00:00:01 and 01:00:00.")]
    [InlineData("Online:AnonymousLease", "1.00:00:01", "Online:AnonymousLease must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Online:LeaveDelay", "00:01:01", "Online:LeaveDelay must be between 00:00:00 and 00:01:00.")]
    [InlineData("Online:AwayAfter", "00:00:00", "Online:AwayAfter must be between 00:00:01 and 1.00:00:00.")]
    [InlineData("Watching:MaxWaiting", "0", "Watching:MaxWaiting must be between 1 and 100000.")]
    [InlineData("Watching:History", "-1", "Watching:History must be between 0 and 1000000.")]
    [InlineData("Unsigned:Networks:0", "0.0.0.0/0", "Unsigned:Networks must hold networks such as 10.1.0.0/16, and none that holds everybody.")]
    [InlineData("Unsigned:Networks:0", "everybody", "Unsigned:Networks must hold networks such as 10.1.0.0/16, and none that holds everybody.")]
    [InlineData("Typing:Lifetime", "00:01:01", "Typing:Lifetime must be between 00:00:01 and 00:01:00.")]
    public void ABadValueIsOneLineThatNamesTheKey(string key, string value, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Validate(key, value));

        Assert.Contains(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("Identity:Callees:chat:Key", "0123456789-0123456789-0123456789")]
    [InlineData("Identity:Lifetime", "00:05:00")]
    [InlineData("Origins:Allowed:0", "https://godzilla.example:8443")]
    [InlineData("Origins:Allowed:0", "HTTPS://Godzilla.example")]
    [InlineData("ClientAddress:TrustedProxies:0", "10.0.0.7")]
    [InlineData("ClientAddress:TrustedProxies:0", "10.0.0.0/24")]
    [InlineData("ClientAddress:TrustedProxies:0", "2001:db8::7")]
    [InlineData("ClientAddress:TrustedProxies:0", "2001:db8::/32")]
    [InlineData("AllowedHosts", "*")]
    [InlineData("AllowedHosts", "godzilla.example;*.godzilla.example; 10.0.0.7 ;[::1]")]
    [InlineData("SessionLifetime:Absolute", "00:01:00")]
    [InlineData("SessionEndings:CheckEvery", "00:00:00.1")]
    [InlineData("RateLimits:Login:PerSecond", "0.01")]
    [InlineData("RateLimits:Requests:Burst", "1")]
    [InlineData("Passwords:Iterations", "10000")]
    [InlineData("Passwords:MaxWaitingPerAddress", "128")]
    [InlineData("Guessing:FirstWait", "00:10:00")]
    [InlineData("SessionLifetime:Idle", "00:02:00")]
    [InlineData("Audit:KeepFor", "1.00:00:00")]
    [InlineData("ApiKeys:MaxPerUser", "1")]
    [InlineData("Registration:Mode", "closed")]
    [InlineData("Tokens:AccessLifetime", "00:00:01")]
    [InlineData("AccessTokens:KeySetLifetime", "00:00:01")]
    [InlineData("Presence:Deadline", "00:00:00.1")]
    [InlineData("Presence:RenewEvery", "00:00:30")]
    [InlineData("Online:Lease", "00:00:01")]
    [InlineData("Unsigned:Networks:0", "10.1.0.0/16")]
    [InlineData("Online:AnonymousLease", "1.00:00:00")]
    [InlineData("Typing:Lifetime", "00:00:01")]
    public void TheLimitsAreWithin(string key, string value) => Validate(key, value);

    private static void AddServedModels(IServiceCollection services)
    {
        services.AddModels();
        services.AddUpstreams();
    }

    private static void Validate(string key, string value)
    {
        var section = key.Split(':')[0];
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Identity:Service"] = "accounts",
            ["Identity:Callers:gateway:Key"] = GodzillaApp.KeyOf("gateway", "accounts"),
            ["Upstreams:Services:good:Address"] = "https://models.example/v1",
            ["Models:Served:m:Upstreams:good:Weight"] = "1",
            ["Tokens:Secret"] = GodzillaApp.TokensSecret,
        };
        settings[key] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        Sections[section](services);
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
    }
}
