using System.Text;

namespace SmartSink.TrafficGen.Generating;

/// <summary>The present date and time as RFC 5322 section 3.3 writes it, in UTC; formatted once a second.</summary>
internal sealed class DateText(TimeProvider clock)
{
    private Entry _last = new(-1, []);

    /// <summary>The text, for any thread.</summary>
    public ReadOnlySpan<byte> Now()
    {
        var now = clock.GetUtcNow();
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        var last = _last;
        if (last.Second != second)
        {
            _last = last = new Entry(second, Encoding.ASCII.GetBytes(now.ToString("ddd, dd MMM yyyy HH:mm:ss +0000")));
        }

        return last.Text;
    }

    private sealed record Entry(long Second, byte[] Text);
}
