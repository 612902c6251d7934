// Applications that tests run as a process of their own; the first argument names one. Most of them fail in one way.
var builder = DistributedApplication.CreateBuilder(args);
var here = builder.AppHostDirectory;

switch (args[0])
{
    case "steady":
        builder.AddExecutable("steady", "sleep", here, "1000");
        break;

    case "times":
        builder.AddExecutable("times", "bash", here, "-c", "echo 2026-11-24T10:11:12.131Z info: in full; echo 10:11:12.131 info: short; echo the last line; sleep 1000");
        break;

    case "sleepers":
        // Three commands, one of which starts another by itself.
        builder.AddExecutable("one", "sleep", here, "1000");
        builder.AddExecutable("two", "bash", here, "-c", "trap '' TERM; sleep 1000 & echo grandchild $!; while true; do sleep 1; done");
        builder.AddProject<Projects.Sample_Service>("web").WithHttpHealthCheck("/health").WithEndpoint("http", e => e.Port = null);
        break;

    case "redis":
        builder.AddRedis("redis").WithDataVolume();
        break;

    case "mongodb":
        builder.AddMongoDB("mongodb").WithDataVolume().AddDatabase("db");
        break;

    case "crash":
        builder.AddExecutable("steady", "sleep", here, "1000");
        builder.AddProject<Projects.Sample_Service>("web").WithHttpHealthCheck("/health").WithExternalHttpEndpoints().WithEndpoint("http", e => e.Port = null);
        break;

    case "fails-to-start":
        builder.AddExecutable("steady", "sleep", here, "1000");
        builder.AddProject<Projects.Sample_Service>("web")
            .WithHttpHealthCheck("/health")
            .WithEndpoint("http", e => e.Port = null)
            .WithEnvironment("SAMPLE_EXIT_CODE_AT_START", "7");
        break;

    case "ports":
        builder.AddExecutable("steady", "sleep", here, "1000");
        builder.AddProject<Projects.Sample_Service>("web").WithEndpoint("http", e => e.Port = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
        builder.AddExecutable("other", "sleep", here, "1000").WithHttpEndpoint(port: int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture));
        break;

    case "missing-project":
        builder.AddExecutable("steady", "sleep", here, "1000");
        builder.AddProject("ghost", "../Nowhere/Nowhere.csproj");
        break;

    case "missing-command":
        builder.AddExecutable("steady", "sleep", here, "1000");
        builder.AddExecutable("ghost", "no-such-command-anywhere", here);
        break;

    case "circle":
        var first = builder.AddExecutable("first", "sleep", here, "1000");
        var second = builder.AddExecutable("second", "sleep", here, "1000").WaitFor(first);
        first.WaitFor(second);
        break;

    case "missing-parameter":
        var parameter = builder.AddParameter("api-key", secret: true);
        builder.AddExecutable("steady", "sleep", here, "1000").WithEnvironment("KEY", parameter);
        break;

    case "bad-parameter":
        builder.AddParameter("token", new GenerateParameterDefault { Upper = false, MinUpper = 2 });
        builder.AddExecutable("steady", "sleep", here, "1000");
        break;

    case "parameter":
        var generated = builder.AddParameter("token", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);
        builder.AddExecutable("say", "bash", here, "-c", "echo token=$TOKEN; sleep 1000").WithEnvironment("TOKEN", generated);
        break;

    case "dashboard":
        // Four for its tests to look at. Only projects are told where to export to.
        builder.AddProject<Projects.Sample_Service>("web")
            .WithHttpHealthCheck("/health")
            .WithEndpoint("http", e => e.Port = null)
            .WithEnvironment("SAMPLE_SAYS_WHERE_IT_EXPORTS_TO", "yes")
            .WithEnvironment("SECRET_OF_THE_TEST", "only-for-tests");
        builder.AddExecutable("talker", "bash", here, "-c", @"echo -e '\e[31min red\e[0m'; echo a complaint >&2; i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.5; done")
            .WithCommand("greet", "Greet", _ => Task.FromResult(CommandResults.Failure("too shy")), new CommandOptions { ConfirmationMessage = "Really?" });
        builder.AddExecutable("victim", "sleep", here, "1000");
        builder.AddParameter("password", "hidden", secret: true);
        break;

    default:
        throw new ArgumentException($"There is no scenario '{args[0]}'.", nameof(args));
}

builder.Build().Run();
