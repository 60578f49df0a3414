"""Names and codes, all invented.

None of the commune and district names is a Vietnamese unit of that name, and
the codes are multiples of three or unused numbers, which the official lists
leave free. Real codes have the same form: text with leading zeros.
"""

PROVINCE = "Tỉnh Phù Lam (giả lập)"

# code, name, where its capital lies, urban communes, rural communes.
DISTRICTS = (
    ("010", "Thành phố Sông Trúc", (105.640, 9.330), 7, 3),
    ("011", "Thị xã Vàm Hương", (105.355, 9.295), 3, 7),
    ("012", "Huyện Rạch Sao", (105.395, 9.450), 1, 8),
    ("013", "Huyện Bàu Lam", (105.545, 9.510), 1, 7),
    ("014", "Huyện Kinh Ngọc", (105.735, 9.455), 1, 7),
    ("015", "Huyện Cửa Mây", (105.520, 9.205), 2, 8),
    ("022", "Huyện Đước Xanh", (105.330, 9.160), 1, 8),
)

_URBAN = (
    ("Phường Trúc Giang", "Phường Bến Sao", "Phường Cầu Ngói", "Phường Vàm Trúc",
     "Phường Vườn Cau", "Phường Lam Thủy Đông", "Phường Lam Thủy Tây"),
    ("Phường Vàm Hương", "Phường Hương Sen Đông", "Phường Bến Hương"),
    ("Thị trấn Rạch Sao",),
    ("Thị trấn Bàu Lam",),
    ("Thị trấn Kinh Ngọc",),
    ("Thị trấn Cửa Mây", "Thị trấn Gò Mây"),
    ("Thị trấn Đước Xanh",),
)

_RURAL = (
    ("Trúc Giang Đông", "Trúc Lâm Hạ", "Vĩnh Trúc"),
    ("Hương Bình Hạ", "Hương Điền Nam", "Hương Thới", "Hương Ninh Hạ", "Vĩnh Hương Nam",
     "Phong Hương", "Phước Hương Đông"),
    ("Sao Thới", "Sao Bình Đông", "Sao Bình Tây", "Phú Sao", "Sao Hưng", "Vĩnh Sao",
     "Long Sao", "Bàu Sao"),
    ("Lam Hòa Đông", "Lam Hòa Tây", "Lam Phước", "Lam Thạnh", "Lam Hưng", "Vĩnh Lam",
     "Phong Lam"),
    ("Ngọc Thới", "Ngọc Điền Đông", "Ngọc Điền Tây", "Ngọc Hưng Hạ", "Vĩnh Ngọc Đông",
     "Phước Ngọc", "Rạch Ngọc"),
    ("Mây Hải", "Mây Hải Đông", "Mây Thạnh", "Long Mây", "Mây Điền", "Vĩnh Mây",
     "Hưng Mây", "Mây Phước"),
    ("Đước Thạnh", "Cồn Đước", "Vĩnh Đước", "Long Đước", "Đước Điền", "Hải Đước",
     "Rừng Đước", "Đước Hưng"),
)


class Commune:
    """One commune: its codes, its name and whether it is a ward or township."""

    def __init__(self, number, district, name, urban):
        self.code = f"{102 + 3 * number:05d}"
        self.district_code, self.district_name = DISTRICTS[district][:2]
        self.name, self.urban = name, urban
        self.label = number + 1


def communes():
    """All 64 communes, district by district, urban ones first."""
    result = []
    for district in range(len(DISTRICTS)):
        named = [(name, True) for name in _URBAN[district]]
        named += [(f"Xã {name}", False) for name in _RURAL[district]]
        for name, urban in named:
            result.append(Commune(len(result), district, name, urban))
    return result
