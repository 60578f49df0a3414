"""What is on sale: the advertised speed of every point, and who claims to offer it."""
import numpy as np

from . import dice

_FIBER_SPEEDS = ((100, 0.35), (150, 0.20), (200, 0.20), (300, 0.15), (500, 0.06), (1000, 0.04))
_OTHER_SPEEDS = ((0, 0.42), (5, 0.12), (10, 0.12), (20, 0.12), (25, 0.08), (30, 0.07), (50, 0.07))

# Technologies of the FCC, and an upload speed for a download speed.
_COPPER, _CABLE, _FIBER, _WIRELESS = 10, 40, 50, 70
_UPLOAD = {_COPPER: lambda down: max(1, down // 10), _CABLE: lambda down: down // 10,
           _FIBER: lambda down: down // 2, _WIRELESS: lambda down: max(1, down // 6)}

# frn, provider_id, brand_name; all invented.
_PROVIDERS = {"viettel zone": ("0099000011", 990011, "Sông Net"),
              "vnpt zone": ("0099000029", 990029, "Đước Telecom"),
              _CABLE: ("0099000037", 990037, "Cáp Sao Mai"),
              _COPPER: ("0099000029", 990029, "Đước Telecom"),
              _WIRELESS: ("0099000045", 990045, "Gió Đồng")}

CLAIMS_HEADER = ("frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,"
                 "max_advertised_upload_speed,low_latency,business_residential_code,state_usps,"
                 "block_geoid,h3_res8_id")


def _drawn(table, stream, count):
    """One speed a point, as often as the table says."""
    draw, speeds, floor = dice.unit(stream, np.arange(count)), np.zeros(count, dtype=np.int64), 0.0
    for speed, part in table:
        speeds[draw >= floor] = speed
        floor += part
    return speeds


def speeds(fiber):
    """Advertised download speed of every point: 100 and more with fiber, up to 50 without."""
    return np.where(fiber, _drawn(_FIBER_SPEEDS, "fiber speed", len(fiber)),
                    _drawn(_OTHER_SPEEDS, "other speed", len(fiber)))


def _claim(provider, technology, down, customers):
    return (*_PROVIDERS[provider], technology, down, _UPLOAD[technology](down), customers)


def _customers(k):
    """X: business and residential, R: residential only."""
    return "R" if dice.unit("customers", k) < 0.2 else "X"


def _fiber_claims(k, down, zones):
    """The faster of two operators has the advertised speed."""
    first = int(dice.unit("faster", k) * len(zones))
    return [_claim(zone, _FIBER, down if turn == first else 100, _customers(k))
            for turn, zone in enumerate(zones)]


def _other_technology(k, down):
    if down <= 20:
        return _COPPER
    return _CABLE if dice.unit("cable", k) < 0.4 else _WIRELESS


def claims_at(k, down, zones):
    """All claims for a point. The fastest one for residents has its advertised speed."""
    if down == 0:
        return ([_claim("viettel zone", _FIBER, 200, "B")] if dice.unit("business", k) < 0.15
                else [])
    if zones:
        claims = _fiber_claims(k, down, zones)
    else:
        technology = _other_technology(k, down)
        claims = [_claim(technology, technology, down, _customers(k))]
    # Many places have an older and slower network, too.
    taken = {claim[3] for claim in claims}
    if down > 25 and _WIRELESS not in taken and dice.unit("also wireless", k) < 0.25:
        claims.append(_claim(_WIRELESS, _WIRELESS, 25, "R"))
    if down > 10 and _COPPER not in taken and dice.unit("also copper", k) < 0.25:
        claims.append(_claim(_COPPER, _COPPER, 10, "X"))
    return claims
