using System.Globalization;

namespace Gateway.Bench;

/// <summary>The command line.</summary>
internal sealed record Options(int Rounds, TimeSpan Duration, string? Only)
{
    internal const string Usage = "usage: Gateway.Bench [--rounds N] [--seconds N] [--only NAME,NAME]";

    internal bool Runs(string candidate) => Only is null || Only.Split(',').Contains(candidate, StringComparer.Ordinal);

    internal static Options? Parse(string[] arguments)
    {
        var options = new Options(5, TimeSpan.FromSeconds(4), null);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--rounds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds >= 2:
                    options = options with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--only":
                    options = options with { Only = value };
                    break;
                default:
                    return null;
            }
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
