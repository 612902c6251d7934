using Inference.Bench;

switch (args)
{
    case [Upstream.Command, var port]:
        await Upstream.RunAsync(port);
        return 0;
    case [PassThrough.Command, var port, var upstream]:
        await PassThrough.RunAsync(port, upstream);
        return 0;
    default:
        break;
}

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

switch (options.Mode)
{
    case "admission":
        await Admission.RunAsync(TimeSpan.FromSeconds(options.Seconds));
        break;
    case "overhead":
        await Overhead.RunAsync(options);
        break;
    default:
        await Streams.RunAsync(options);
        break;
}

Console.WriteLine($"\nLoad average of the machine afterwards: {await File.ReadAllTextAsync("/proc/loadavg")}");
return 0;
