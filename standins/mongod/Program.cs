using Mongod;

try
{
    if (args is ["--help" or "-h"])
    {
        Console.WriteLine(ServerOptions.Usage);
        return 0;
    }

    var options = ServerOptions.Parse(args);
    if (options.BackupPath is { } target)
    {
        Backup.Copy(options.DataPath, target);
        return 0;
    }

    using var folder = DataFolder.Open(options.DataPath);
    await using var server = await Server.StartAsync(options, Console.In, folder);
    await server.WaitForEndAsync();
    return 0;
}
catch (StartException exception)
{
    await Console.Error.WriteLineAsync($"mongod: {exception.Message}");
    return exception.ExitCode;
}
