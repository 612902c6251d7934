using System.Globalization;

namespace Presence.Bench;

/// <summary>The command line.</summary>
internal sealed record Options(int Rounds, int Seconds)
{
    internal const string Usage = "usage: Presence.Bench [--rounds N] [--seconds N]";

    internal static Options? Parse(string[] arguments)
    {
        var options = new Options(5, 3);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            if (!int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value <= 0)
            {
                return null;
            }

            switch (arguments[i])
            {
                case "--rounds":
                    options = options with { Rounds = value };
                    break;
                case "--seconds":
                    options = options with { Seconds = value };
                    break;
                default:
                    return null;
            }
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
